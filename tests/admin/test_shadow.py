"""Rules in shadow in the admin: put there, looked at, published from there."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from lifecycle.admin.rules import TransitionRuleAdmin
from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.models import RuleState, TransitionRule

from .conftest import person
from .test_rules import ADD, drafts, page_of, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(client, shop):
    client.post(
        reverse(ADD), written(shop, conditions='{"metric": "order_count", "operator": ">=", "value": 1}', priority="1")
    )
    return drafts().get()


def test_goes_into_shadow_after_a_question(client, draft):
    question = client.get(page_of(draft, "into_shadow")).text
    draft.refresh_from_db()
    assert (draft.state, "It moves nobody and asks nobody." in question) == (RuleState.DRAFT, True)

    client.post(page_of(draft, "into_shadow"))

    draft.refresh_from_db()
    page = client.get(page_of(draft)).text
    assert draft.state == RuleState.SHADOW
    assert "it is decided by and moves nobody" in page
    assert [f"/{step}/" in page for step in ("publish", "retire", "shadow", "into_shadow")] == [True, True, True, False]


def test_says_what_it_would_have_done(client, shop, draft):
    seen = shop.customer("CUSTOMER")
    client.post(page_of(draft, "into_shadow"))
    empty = client.get(page_of(draft, "shadow")).text
    evaluate_everybody(lifecycle=shop.lifecycle, as_of=timezone.now(), now=timezone.now())

    page = client.get(page_of(draft, "shadow")).text

    assert "Nobody so far" in empty
    assert f"{seen}." in page
    assert "1 a day at the most" in page


def test_the_page_stays_after_publishing(client, shop, draft):
    client.post(page_of(draft, "into_shadow"))
    draft.refresh_from_db()
    draft.shadow_since -= timedelta(days=3)
    draft.save()

    client.post(page_of(draft, "publish"))

    assert "/shadow/" in client.get(page_of(draft)).text
    assert client.get(page_of(draft, "shadow")).status_code == 200


def test_a_rule_that_was_never_in_shadow_has_no_such_page(client, shop):
    rule = shop.lifecycle.rules.get(key="vip")

    assert client.get(page_of(rule, "shadow")).status_code == 404


def test_names_nobody_to_who_may_not_see_customers(client, shop, draft, sign_in):
    seen = shop.customer("CUSTOMER")
    question = page_of(draft, "publish")
    reader = sign_in(person("rolf", "view_transitionrule", "change_transitionrule"))
    assert [str(seen) in one.get(question).text for one in (client, reader)] == [True, False]
    client.post(page_of(draft, "into_shadow"))
    evaluate_everybody(lifecycle=shop.lifecycle, as_of=timezone.now(), now=timezone.now())

    pages = [one.get(page_of(draft, "shadow")).text for one in (client, reader)]

    assert [str(seen) in page for page in pages] == [True, False]


def test_a_second_draft_is_refused_and_what_was_written_stays(client, shop):
    rule = shop.lifecycle.rules.get(key="vip")
    address = client.get(page_of(rule, "new_version"))["Location"]
    client.post(address, written(shop, name="First"))

    answer = client.post(address, written(shop, name="Second thoughts"))

    assert "There is a draft already, version 2" in answer.text
    assert "Second thoughts" in answer.text
    assert drafts().get().name == "First"


def test_what_was_published_meanwhile_is_not_deleted(client, draft, monkeypatch):
    monkeypatch.setattr(TransitionRuleAdmin, "has_delete_permission", lambda *_: True)
    TransitionRule.objects.filter(id=draft.id).update(state=RuleState.PUBLISHED)

    answer = client.post(page_of(draft, "delete"), {"post": "yes"}, follow=True)

    assert "Only a draft can be deleted" in answer.text
    assert TransitionRule.objects.filter(id=draft.id).exists()
