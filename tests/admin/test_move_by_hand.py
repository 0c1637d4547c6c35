"""Moving a customer by hand: form, question, move."""

import pytest
from django.urls import reverse

from lifecycle.engine.transitions import override_tag
from lifecycle.models import Transition
from tests.factories import CustomerStatusFactory, LifecycleFactory, StatusTagFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(manager, sign_in):
    return sign_in(manager)


def move_page(customer):
    return reverse("admin:lifecycle_customer_move", args=[customer.id])


def wanted(shop, **changes):
    seen, to = shop.tag("CUSTOMER"), shop.tag("VIP")
    return {"seen_tag": seen.id, "to_tag": to.id, "reason": "Signed a yearly contract", "notes": "", **changes}


def test_offers_every_tag_but_the_current_one(client, shop):
    form = client.get(move_page(shop.customer("CUSTOMER"))).context["form"]

    offered = {tag.code for tag in form.fields["to_tag"].queryset}
    assert offered == {tag.code for tag in shop.lifecycle.tags.all()} - {"CUSTOMER"}


def test_asks_before_it_moves_anybody(client, shop):
    customer = shop.customer()

    answer = client.post(move_page(customer), wanted(shop))

    assert f"Move {customer} to VIP?" in answer.text
    assert "Signed a yearly contract" in answer.text
    assert Transition.objects.filter(by__isnull=False).count() == 0


@pytest.mark.parametrize(
    ("hold", "said"),
    [({"hold_until": "2999-01-01"}, "tick this as well"),
     ({"hold": "on", "hold_until": "2014-01-01"}, "has to end in the future")],
)  # fmt: skip
def test_a_hold_that_cannot_be_is_told_before_the_question(client, shop, hold, said):
    answer = client.post(move_page(shop.customer()), wanted(shop, **hold))

    assert said in answer.text
    assert answer.context["form"].errors


def test_moves_and_says_who_and_why(client, shop, manager):
    customer = shop.customer()

    answer = client.post(move_page(customer), wanted(shop, confirm="yes", notes="At the fair"), follow=True)

    move = customer.transitions.first()
    assert (move.to_tag.code, move.by, move.reason, move.notes) == (
        "VIP", manager, "Signed a yearly contract", "At the fair",
    )  # fmt: skip
    assert "is in VIP now" in answer.text
    assert "moved by mia" in answer.text


def test_goes_back_to_the_form_with_what_was_written(client, shop):
    answer = client.post(move_page(shop.customer()), wanted(shop, back="yes"))

    assert answer.context["form"]["reason"].value() == "Signed a yearly contract"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reason", ""),
        ("reason", "  "),
        ("reason", "x" * 501),
        ("reason", "a\x00b"),
        ("to_tag", ""),
        ("to_tag", "999999"),
    ],
)
def test_names_the_field_that_is_wrong(client, shop, field, value):
    customer = shop.customer()

    answer = client.post(move_page(customer), wanted(shop, confirm="yes", **{field: value}))

    assert list(answer.context["form"].errors) == [field]
    assert customer.transitions.count() == 1


def test_refuses_when_the_customer_has_moved_meanwhile_and_shows_where_it_is(client, shop, boss):
    customer = shop.customer()
    form_was_shown_with = wanted(shop, confirm="yes")
    override_tag(
        customer=customer, to_tag=shop.tag("AT_RISK"), seen_tag=shop.tag("CUSTOMER"), reason="Quiet", by=boss,
        now=customer.created_at,
    )  # fmt: skip

    answer = client.post(move_page(customer), form_was_shown_with)

    form = answer.context["form"]
    assert "has moved to At risk meanwhile" in form.non_field_errors()[0]
    assert form["seen_tag"].value() == str(shop.tag("AT_RISK").id)
    assert customer.transitions.count() == 2

    again = client.post(move_page(customer), {**form_was_shown_with, "seen_tag": form["seen_tag"].value()})
    assert again.status_code == 302


def test_asks_for_the_lifecycle_when_there_are_several(client, shop):
    customer = shop.customer()
    other = LifecycleFactory.create(name="Onboarding")
    fresh, done = StatusTagFactory.create_batch(2, lifecycle=other)
    CustomerStatusFactory(lifecycle=other, customer=customer, tag=fresh)

    choice = client.get(move_page(customer)).text
    form = client.get(move_page(customer), {"lifecycle": other.id}).context["form"]

    assert "Onboarding" in choice
    assert "Commerce" in choice
    assert list(form.fields["to_tag"].queryset) == [done]


def test_a_tag_of_another_lifecycle_is_not_accepted(client, shop):
    foreign = StatusTagFactory.create()

    answer = client.post(
        move_page(shop.customer()), wanted(shop, to_tag=foreign.id, confirm="yes", lifecycle=shop.lifecycle.id)
    )

    assert list(answer.context["form"].errors) == ["to_tag"]
