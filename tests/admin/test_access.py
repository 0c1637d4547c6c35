"""Who sees and does what in the admin."""

import pytest
from django.test import Client
from django.urls import reverse

from lifecycle.models import TransitionRule

pytestmark = pytest.mark.django_db

LIST = "admin:lifecycle_customer_changelist"
PAGE = "admin:lifecycle_customer_change"
MOVE = "admin:lifecycle_customer_move"


def test_an_anonymous_visitor_is_sent_to_the_login_page(shop):
    answer = Client().get(reverse(LIST))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("admin:login"))


def test_staff_without_permissions_sees_the_landing_page_without_figures(shop, stranger, sign_in):
    shop.customer(name="Rosa Lind")

    answer = sign_in(stranger).get(reverse("admin:index"))

    assert answer.status_code == 200
    assert "Ask an administrator" in answer.text
    assert "Rosa Lind" not in answer.text
    assert "Commerce" not in answer.text


def test_staff_without_permissions_may_not_open_customers(shop, stranger, sign_in):
    customer = shop.customer()

    answers = [sign_in(stranger).get(url) for url in (reverse(LIST), reverse(PAGE, args=[customer.id]))]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_a_viewer_sees_no_way_to_move_a_customer(shop, viewer, sign_in):
    customer = shop.customer()

    answer = sign_in(viewer).get(reverse(PAGE, args=[customer.id]))

    assert answer.status_code == 200
    assert "Move by hand" not in answer.text


def test_a_viewer_who_knows_the_address_may_not_move_a_customer(shop, viewer, sign_in):
    customer = shop.customer()
    wanted = {"to_tag": shop.tag("VIP").id, "seen_tag": shop.tag("CUSTOMER").id, "reason": "x", "confirm": "yes"}

    answer = sign_in(viewer).post(reverse(MOVE, args=[customer.id]), wanted)

    assert answer.status_code == 403
    assert customer.transitions.count() == 1


def test_a_manager_sees_the_way_to_move_a_customer(shop, manager, sign_in):
    customer = shop.customer()

    answer = sign_in(manager).get(reverse(PAGE, args=[customer.id]))

    assert reverse(MOVE, args=[customer.id]) in answer.text


@pytest.mark.parametrize("step", ["publish", "retire"])
def test_a_manager_may_not_put_rules_in_force_or_out_of_it(shop, manager, sign_in, step):
    rule = TransitionRule.objects.get(key="vip")

    answer = sign_in(manager).post(reverse(f"admin:lifecycle_transitionrule_{step}", args=[rule.id]))

    rule.refresh_from_db()
    assert answer.status_code == 403
    assert rule.state == "published"


def test_the_menu_holds_only_what_a_person_may_see(shop, manager, sign_in):
    answer = sign_in(manager).get(reverse("admin:index"))

    assert reverse(LIST) in answer.text
    assert reverse("admin:auth_user_changelist") not in answer.text


def test_the_search_finds_customers_only_for_those_who_may_see_them(shop, viewer, stranger, sign_in):
    shop.customer(external_id="Cust-77", name="Rosa Lind")

    found = [sign_in(who).get(reverse("admin:search"), {"s": "Cust-7", "extended": 1}) for who in (viewer, stranger)]

    assert ["Rosa Lind" in answer.text for answer in found] == [True, False]
