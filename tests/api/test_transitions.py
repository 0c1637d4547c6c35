"""GET /api/transitions and /api/customers/{id}/transitions."""

import pytest

from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.models import Customer, Transition
from tests.api.conftest import walk
from tests.lifecycle.stage import NOW, days_ago, is_at_least, lifecycle_with, paid, send

RULES = (
    {"from": "NEW", "to": "BUYER", "when": is_at_least("order_count", 1)},
    {"from": "BUYER", "to": "VIP", "when": is_at_least("total_spend", 500)},
)


@pytest.fixture
def lifecycle(db):
    """Ann became a buyer and a VIP ten days ago, Bob a buyer yesterday."""
    lifecycle = lifecycle_with("NEW BUYER VIP", *RULES)
    send(paid("ann", days_ago(10), 800), now=days_ago(10))
    evaluate_everybody(lifecycle=lifecycle, as_of=days_ago(10), now=days_ago(10))
    send(paid("bob", days_ago(1), 20))
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)
    return lifecycle


def moves(answer) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [f"{one['from_tag']}>{one['to_tag']}" for one in answer.json()["results"]]


def test_lists_moves_the_latest_first_each_with_its_explanation(manager, lifecycle):
    answer = manager.get("/api/transitions")

    assert moves(answer) == ["NEW>BUYER", "BUYER>VIP", "NEW>BUYER"]
    vip = answer.json()["results"][1]
    (condition,) = vip["automation_trigger"]["conditions"]
    assert condition["sentence"] == "total spend is at least 500"
    assert (condition["value"], condition["threshold"], condition["met"]) == (800, 500, True)
    assert (vip["applied_by"], vip["lifecycle"]) == ("auto", lifecycle.code)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("to_tag=VIP", ["BUYER>VIP"]),
        ("from_tag=NEW", ["NEW>BUYER", "NEW>BUYER"]),
        ("from_tag=NEW&since={recent}", ["NEW>BUYER"]),
        ("until={recent}", ["BUYER>VIP", "NEW>BUYER"]),
        ("since={recent}&until={recent}", []),
        ("customer={ann}", ["BUYER>VIP", "NEW>BUYER"]),
        ("lifecycle={lifecycle}&to_tag=BUYER", ["NEW>BUYER", "NEW>BUYER"]),
    ],
)
def test_can_be_narrowed(manager, lifecycle, query, found):
    ann = Customer.objects.get(external_id="ann").id
    recent = days_ago(5).strftime("%Y-%m-%dT%H:%M:%SZ")

    assert (
        moves(manager.get("/api/transitions?" + query.format(recent=recent, ann=ann, lifecycle=lifecycle.code)))
        == found
    )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=yesterday", "since"),
        ("since=1998-01-31", "since"),
        ("since=1998-01-31T00:00:00", "since"),
        ("since=1998-02-30T00:00:00Z", "since"),
        ("until=0001-01-01T00:00:00%2B14:00", "until"),
        ("from_tag=NOWHERE", "from_tag"),
        ("customer=9223372036854775808", "customer"),
        ("customer=1.5", "customer"),
        ("customer=NaN", "customer"),
        ("lifecycle=nowhere", "lifecycle"),
    ],
)
def test_refuses_values_that_mean_nothing(manager, lifecycle, query, field):
    answer = manager.get(f"/api/transitions?{query}")

    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_understands_offsets_that_the_database_does_not(manager, lifecycle):
    assert len(moves(manager.get("/api/transitions?until=4096-01-06T01:55:44%2B16:21"))) == 3


def test_lists_the_moves_of_one_customer(manager, lifecycle):
    ann = Customer.objects.get(external_id="ann")

    assert moves(manager.get(f"/api/customers/{ann.id}/transitions")) == ["BUYER>VIP", "NEW>BUYER"]
    assert moves(manager.get(f"/api/customers/{ann.id}/transitions?to_tag=VIP")) == ["BUYER>VIP"]
    assert manager.get("/api/customers/404/transitions").status_code == 404


def test_walks_all_moves_exactly_once_though_their_times_are_equal(manager):
    lifecycle = lifecycle_with("NEW BUYER", RULES[0])
    send(*(paid(f"customer-{number}", days_ago(1)) for number in range(300)))
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

    found = [one["id"] for page in walk(manager, "/api/transitions?page_size=70") for one in page]

    assert Transition.objects.values("applied_at").distinct().count() == 1
    assert len(found) == len(set(found)) == 300


def test_asks_the_same_number_of_questions_for_any_number_of_moves(
    manager, django_assert_num_queries, django_assert_max_num_queries
):
    lifecycle = lifecycle_with("NEW BUYER", RULES[0])
    send(paid("first"))
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)
    with django_assert_max_num_queries(6) as one:
        assert len(moves(manager.get("/api/transitions"))) == 1
    send(*(paid(f"customer-{number}") for number in range(30)))
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

    with django_assert_num_queries(len(one.captured_queries)):
        assert len(moves(manager.get("/api/transitions"))) == 31
