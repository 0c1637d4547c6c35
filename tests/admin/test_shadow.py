"""Rules in shadow in the admin: put there, looked at, published from there."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.models import RuleState

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
