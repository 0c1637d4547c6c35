"""Plans shared by a link: only what is marked as shared, only while the link works."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from customer_success.engine.sharing import ShareNotAllowed, revoke_share, share_plan
from customer_success.models import PlanSection
from tests.factories import (
    AccountFactory,
    PlanMilestoneFactory,
    PlanTemplateFactory,
    StakeholderFactory,
    SuccessPlanFactory,
    TaskFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia():
    return UserFactory(username="SECRET-mia", first_name="SECRET-first", email="secret@example.com")


@pytest.fixture
def plan(mia):
    account = AccountFactory(customer__owner=mia, customer__name="Open Ltd", customer__email="secret2@example.com")
    StakeholderFactory(profile=account.profile, name="SECRET-stakeholder")
    TaskFactory(customer=account.customer, title="SECRET-task")
    return SuccessPlanFactory(
        customer=account.customer, type="RECOVERY", title="Open plan", owner=mia, created_by=mia,
        objectives=["SECRET-objective"], success_metrics=["SECRET-metric"], stakeholders=["SECRET-person"],
        template=PlanTemplateFactory(name="SECRET-template", code="secret-code"),
        sections={name: {"text": f"SECRET-{name}", "is_shared": False} for name in PlanSection.values}
        | {"COMMUNICATION": {"text": "Open words", "is_shared": True}},
    )  # fmt: skip


@pytest.fixture
def milestones(plan, mia):
    hidden = PlanMilestoneFactory(
        plan=plan, title="SECRET-milestone", deliverables=["SECRET-deliverable"], owner=mia, due_date=date(2031, 7, 7)
    )
    shown = PlanMilestoneFactory(
        plan=plan, title="Open milestone", deliverables=["Open thing"], owner=mia, is_shared=True,
        due_date=date(2026, 4, 2),
    )  # fmt: skip
    shown.depends_on.set([hidden])
    return hidden, shown


@pytest.fixture
def link(plan, mia):
    return "/share/plan/" + share_plan(plan=plan, days=30, by=mia, now=timezone.now())[1]


def test_shows_what_is_shared_and_nothing_else(link, milestones):
    page = Client().get(link)

    text = page.content.decode()
    for shown in ("Open plan", "Open Ltd", "Open words", "Open milestone", "Open thing", "2 Apr 2026"):
        assert shown in text
    assert "secret" not in text.lower()
    assert "recovery" not in text.lower()
    assert "2031" not in text


def test_the_progress_shown_is_that_of_what_is_shown(link, milestones):
    hidden, _ = milestones
    hidden.status, hidden.progress, hidden.completed_at = "COMPLETED", 100, timezone.now()
    hidden.save()

    assert "0%" in Client().get(link).content.decode()


def test_keeps_out_of_caches_search_engines_and_referrers(link):
    page = Client().get(link)

    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page["X-Robots-Tag"]
    assert "/admin" not in page.content.decode()
    assert not page.cookies


def test_expired_revoked_unknown_and_malformed_links_are_told_the_same(plan, mia):
    now = timezone.now()
    _, expired = share_plan(plan=plan, days=1, by=mia, now=now - timedelta(days=2))
    share, revoked = share_plan(plan=plan, days=1, by=mia, now=now)
    revoke_share(share=share, by=mia, now=now)

    answers = [Client().get(f"/share/plan/{token}") for token in (expired, revoked, "x" * 43, "x", "ä%00", "x" * 5000)]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}
    assert "/admin" not in answers[0].content.decode()


def test_a_link_is_read_only(link):
    assert Client().post(link).status_code == 405


def test_stores_the_digest_and_not_the_token(plan, mia):
    share, token = share_plan(plan=plan, days=1, by=mia, now=timezone.now())

    assert len(token) >= 43
    assert token not in str(vars(share))


def test_remembers_when_a_link_was_opened_last(plan, mia):
    share, token = share_plan(plan=plan, days=1, by=mia, now=timezone.now())

    Client().get(f"/share/plan/{token}")

    share.refresh_from_db()
    assert share.last_opened_at is not None


def test_a_link_is_revoked_once_and_works_for_a_year_at_most(plan, mia):
    now = timezone.now()
    share, _ = share_plan(plan=plan, days=1, by=mia, now=now)
    revoke_share(share=share, by=mia, now=now)

    with pytest.raises(ShareNotAllowed, match="revoked already"):
        revoke_share(share=share, by=mia, now=now)
    with pytest.raises(ShareNotAllowed, match="1 to 365 days"):
        share_plan(plan=plan, days=366, by=mia, now=now)
