"""What stands beside a condition while it is written."""

from datetime import UTC, datetime

import pytest
from django.db import OperationalError
from django.urls import reverse

from lifecycle import queries
from lifecycle.admin import rule_distribution
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import CustomerFacts
from lifecycle.queries import Bar, Distribution

pytestmark = pytest.mark.django_db

SPREAD = reverse("admin:lifecycle_transitionrule_distribution")
OVER_100 = '{"metric": "total_spend", "operator": ">", "value": 100}'


@pytest.fixture
def ask(client, shop):
    def asked(metric, condition="", **more):
        return client.post(
            SPREAD, {"lifecycle": shop.lifecycle.id, "metric": metric, "condition": condition, **more}
        ).json()

    return asked


def test_says_how_many_meet_the_condition_in_the_tags_and_where_its_threshold_lies(ask, shop):
    shop.customer("CUSTOMER")  # has spent 120
    shop.customer("VIP")

    inside = ask("total_spend", OVER_100, from_tags=[shop.tag("CUSTOMER").id])
    everywhere = ask("total_spend", OVER_100)

    assert inside["says"] == "1 of 1 customer in the chosen tags meets this condition."
    assert everywhere["says"] == "2 of 2 customers in this lifecycle meet this condition."
    assert everywhere["bars"] == [{"label": "120", "count": "2", "share": 1, "meeting": 1}]
    assert (everywhere["ends"], everywhere["marks"]) == (["120", "120"], [0])


@pytest.mark.parametrize("condition", ["", "{", '{"metric": "total_spend", "operator": ">"}', '{"all": []}'])
def test_an_unfinished_condition_still_shows_the_values(ask, shop, condition):
    shop.customer()

    answer = ask("total_spend", condition)

    assert answer["says"] == "1 customer in this lifecycle."
    assert (len(answer["bars"]), answer["marks"]) == (1, [])


def test_says_how_many_have_no_value(ask, shop):
    shop.customer(plan="pro")
    shop.customer(plan="pro")
    shop.customer(plan="solo")
    shop.customer(plan=None)

    assert ask("plan")["notes"] == ["25% have no value.", "1 has another value."]
    assert ask("email", from_tags=[shop.tag("VIP").id])["says"] == "No customers in the chosen tags yet."
    assert ask("final_assessment")["notes"] == ["Nobody has a value."]


def test_dates_are_written_as_dates(ask, shop):
    customer = shop.customer()
    CustomerFacts.objects.filter(customer=customer).update(last_order_at=datetime(2026, 1, 31, 12, tzinfo=UTC))

    answer = ask("last_order_on", '{"metric": "last_order_on", "operator": ">=", "value": "2026-02-01"}')

    assert (answer["ends"], answer["bars"][0]["label"]) == (["2026-01-31", "2026-01-31"], "2026-01-31")
    assert answer["marks"] == [1]


def test_a_name_that_is_no_metric_has_no_values(ask):
    assert ask("total_spent") == {"says": "", "notes": []}


def test_says_that_it_takes_too_long(ask, shop, monkeypatch):
    def slow(*args, **kwargs):
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(queries, "distribution", slow)

    assert "take longer than 5 seconds" in ask("total_spend")["says"]


def test_says_that_it_estimates():
    plan = CATALOGUE["plan"]
    found = Distribution(
        plan, customers=1_000_000, looked_at=50_000, known=50_000, meeting=500, bars=(Bar("pro", 40_000, 500),)
    )

    assert rule_distribution.says(found, is_asked=True, is_whole=True) == (
        "About 10,000 of 1,000,000 customers in this lifecycle meet this condition."
    )
    assert rule_distribution.notes(found) == ["200,000 have another value.", "Estimated from 50,000 of them."]


def test_is_for_those_who_may_see_rules(shop, stranger, sign_in):
    assert sign_in(stranger).post(SPREAD, {"lifecycle": shop.lifecycle.id, "metric": "email"}).status_code == 403
    assert sign_in(stranger).get(SPREAD).status_code == 405
