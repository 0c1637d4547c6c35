"""Taking moves back in the admin: the question with its effect, the deed, whom it left alone, the way back."""

import re

import pytest
from django.urls import reverse

from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.models import Customer, CustomerFacts, CustomerStatus, Rollback, RolledBack
from tests.lifecycle.stage import NOW

from .conftest import READS, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(shop):
    """A run that moved Rosa and Carl to AT_RISK by the shipped rule on idle days."""
    for name in ("Rosa Lind", "Carl Berg"):
        customer = shop.customer(name=name)
        CustomerFacts.objects.filter(customer=customer).update(last_order_at="2020-01-01T00:00:00Z")
        CustomerStatus.objects.filter(customer=customer).update(entered_at=None)
    return evaluate_everybody(lifecycle=shop.lifecycle, as_of=NOW, now=NOW)


def page(evaluation):
    return reverse("admin:lifecycle_evaluation_roll_back", args=[evaluation.id])


def tags():
    return set(CustomerStatus.objects.values_list("tag__code", flat=True))


def test_the_question_says_who_goes_back_and_nothing_happens_yet(client, made):
    after = tags()

    question = client.get(page(made)).text

    assert "2 go from “Churned” back to “Customer”" in question
    assert "Rosa Lind" in question
    assert "it can be undone" in question
    assert (tags(), Rollback.objects.count()) == (after, 0)


def test_names_with_a_comma_of_their_own_stay_apart(client, made):
    Customer.objects.filter(name="Rosa Lind").update(name="Rosa Lind, Cologne")

    assert re.search("Rosa Lind, Cologne; Carl Berg|Carl Berg; Rosa Lind, Cologne", client.get(page(made)).text)


def test_the_question_says_from_where_those_came_whom_it_leaves_alone(client, made):
    client.post(page(made), {"reason": "x"})

    question = client.get(page(made)).text

    assert "Left alone of those moved from “Customer” to “Churned”: 2. Moved on since" in question


def test_it_is_done_with_a_reason_and_undone(client, made, shop):
    after = tags()
    assert "required" in client.post(page(made), {"reason": " "}).text
    answer = client.post(page(made), {"reason": "A wrong threshold"}, follow=True)

    assert "2 customers are back, 0 were left alone." in answer.text
    assert tags() == {"CUSTOMER"}
    rollback = Rollback.objects.get()
    undo = reverse("admin:lifecycle_rollback_undo", args=[rollback.id])
    assert "Undo this rollback?" in client.get(undo).text
    client.post(undo, {"reason": "It was right"})

    assert tags() == after
    assert "Undone" in client.get(reverse("admin:lifecycle_rollback_change", args=[rollback.id])).text
    assert "undone already" in client.post(undo, {"reason": "x"}, follow=True).text


def test_whom_it_left_alone_is_named_on_its_page(client, made):
    client.post(page(made), {"reason": "x"})
    client.post(page(made), {"reason": "again"}, follow=True)

    last = Rollback.objects.first()
    assert (last.restored, last.left_alone) == (0, 2)
    assert RolledBack.objects.filter(rollback=last, left_because="moved_since").count() == 2
    shown = client.get(reverse("admin:lifecycle_rollback_change", args=[last.id])).text
    assert "Rosa Lind" in shown
    assert "Moved on since" in shown


def test_a_move_and_the_moves_of_a_rule_have_the_same_question(client, made, shop):
    rule = shop.lifecycle.rules.filter(transitions__evaluation=made).first()
    move = rule.transitions.filter(evaluation=made).first()

    for address in (
        reverse("admin:lifecycle_transitionrule_take_back", args=[rule.id]),
        reverse("admin:lifecycle_transition_take_back", args=[move.id]),
    ):
        assert "Take back" in client.get(address).text


def test_only_who_may_takes_back(sign_in, made):
    reader = sign_in(person("rolf", *READS, "view_rollback"))

    assert "Take back" not in reader.get(reverse("admin:lifecycle_evaluation_change", args=[made.id])).text
    assert reader.post(page(made), {"reason": "x"}).status_code == 403
    assert not Rollback.objects.exists()
