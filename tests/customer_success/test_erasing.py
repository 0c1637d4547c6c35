"""What customer success does when a customer is erased."""

from __future__ import annotations

import pytest

from customer_success.models import HealthAlert, PlanShare, Stakeholder, SuccessPlan, Task
from customer_success.queries.accounts import closed
from lifecycle.engine.defaults import load_defaults
from lifecycle.engine.erasing import erase_customer
from lifecycle.models import Customer
from tests.factories import (
    AdvocacyActivityFactory,
    BusinessReviewFactory,
    ExpansionOpportunityFactory,
    HealthAlertFactory,
    PlanMilestoneFactory,
    PlanShareFactory,
    StakeholderFactory,
    TaskFactory,
)

from .cast import NOW, member, opened

pytestmark = pytest.mark.django_db


def test_what_is_open_for_it_is_closed() -> None:
    load_defaults(now=NOW, only="account")
    zoe, boss = opened("zoe"), member("boss", "Administrator")
    plan = PlanMilestoneFactory(plan__customer=zoe).plan
    rows = [
        TaskFactory(customer=zoe), HealthAlertFactory(customer=zoe), BusinessReviewFactory(customer=zoe),
        AdvocacyActivityFactory(customer=zoe), ExpansionOpportunityFactory(customer=zoe), plan, plan.milestones.get(),
    ]  # fmt: skip
    others = TaskFactory()
    PlanShareFactory(plan=plan)
    StakeholderFactory(profile=zoe.account.profile)

    erase_customer(customer=zoe, by=boss, now=NOW)

    assert [getattr(row, "state", None) or row.status for row in fresh(rows)] == [
        "DROPPED", "RESOLVED", "CANCELLED", "CANCELLED", "GONE", "CANCELLED", "CANCELLED",
    ]  # fmt: skip
    assert HealthAlert.objects.get().ended_at == NOW
    assert not PlanShare.objects.exists()
    assert not Stakeholder.objects.exists()
    assert Task.objects.get(id=others.id).title == others.title
    assert Customer.objects.filter(closed("id"), pk=zoe.pk).exists()


def test_what_was_reached_stays() -> None:
    load_defaults(now=NOW, only="account")
    zoe, boss = opened("zoe", annual_revenue=60_000, industry="Toys"), member("boss", "Administrator")
    SuccessPlan.objects.create(
        customer=zoe, type="ONBOARDING", status="COMPLETED", title="Zoe", starts_on=NOW, ends_on=NOW, created_at=NOW,
        updated_at=NOW,
    )  # fmt: skip
    tier = Customer.objects.get(pk=zoe.pk).tier

    erase_customer(customer=zoe, by=boss, now=NOW)

    zoe.refresh_from_db()
    assert (zoe.tier, zoe.account.annual_revenue, zoe.account.industry) == (tier, 60_000, None)
    assert SuccessPlan.objects.get().status == "COMPLETED"


def fresh(rows):
    for row in rows:
        row.refresh_from_db()
    return rows
