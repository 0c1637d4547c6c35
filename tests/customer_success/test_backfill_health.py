"""Scores of days that are past, from what was known then."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from customer_success.engine.backfill import backfill_health
from customer_success.engine.scoring import score_everybody
from customer_success.models import CustomerHealth, HealthScore
from lifecycle.engine.collect import collect
from lifecycle.models import Customer, Lifecycle
from tests.factories import SuccessProfileFactory
from tests.lifecycle.stage import NOW, event, lifecycle_with, send

from .cards import in_force

TODAY = NOW.date()
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db

BUYING = {
    "dimensions": [
        {
            "code": "buying",
            "weight": 100,
            "measures": [
                {"input": "order_count", "weight": 50,
                 "scale": {"steps": [{"at_least": None, "points": 0}, {"at_least": 1, "points": 50},
                                     {"at_least": 2, "points": 100}]}},
                {"input": "logins_last_7d", "weight": 50,
                 "scale": {"steps": [{"at_least": None, "points": 0}, {"at_least": 1, "points": 100}]}},
            ],
        }
    ],
    "bands": {"GOOD": 60, "POOR": 0},
}  # fmt: skip


@pytest.fixture(autouse=True)
def lifecycle(db: None) -> Lifecycle:
    return lifecycle_with("NEW OLD")


@pytest.fixture
def ann(lifecycle: Lifecycle) -> Customer:
    """Bought 20 and 10 days ago, and logged in then."""
    happened("ORDER_PAID", 20, amount=10)
    happened("ORDER_PAID", 10, amount=10)
    happened("login", 10)
    in_force(BUYING)
    return Customer.objects.get(external_id="ann")


def happened(name: str, days: int, *, told: datetime | None = None, **properties: Any) -> None:
    send(event("ann", name, at(days), **properties), now=told or at(days))


def history(customer: Customer) -> dict[int, int]:
    """By days before today."""
    rows = HealthScore.objects.filter(customer=customer).order_by("day")
    return {(TODAY - row.day).days: row.score for row in rows}


def days_ago(days: int) -> date:
    return TODAY - DAY * days


def at(days: int) -> datetime:
    return NOW - DAY * days


def test_a_day_has_the_score_of_what_was_known_then(ann: Customer) -> None:
    backfill_health(first=days_ago(21), last=days_ago(1), every=1, now=NOW)

    # Nothing before the first order; the window of logins begins with the day of the login.
    assert history(ann) == {20: 25, 10: 100, 3: 50}


def test_what_came_later_is_not_known(ann: Customer) -> None:
    happened("ORDER_PAID", 19, told=at(2), amount=5)

    backfill_health(first=days_ago(18), last=days_ago(15), every=1, now=NOW)

    assert set(history(ann).values()) == {25}


def test_only_some_days_are_scored(ann: Customer) -> None:
    backfill_health(first=days_ago(20), last=days_ago(3), every=10, now=NOW)

    assert set(history(ann)) == {20, 10}


def test_the_health_in_force_and_scores_that_are_there_stay(ann: Customer, lifecycle: Lifecycle) -> None:
    collect(now=NOW)
    score_everybody(now=NOW)
    before = CustomerHealth.objects.values().get()
    HealthScore.objects.filter(customer=ann).update(day=days_ago(10), score=1)

    written = backfill_health(first=days_ago(12), last=days_ago(9), every=1, now=NOW)

    assert CustomerHealth.objects.values().get() == before
    assert history(ann)[10] == 1
    assert written == HealthScore.objects.count() - 1


def test_what_profiles_say_is_missing_in_the_past(ann: Customer) -> None:
    SuccessProfileFactory(account__customer=ann, roi=300, nps_score=10, renewal_intent="excellent")
    [buying] = BUYING["dimensions"]
    words = {"input": "renewal_intent", "weight": 40, "scale": {"words": {"excellent": 100}}}
    steps = {"input": "roi", "weight": 30, "scale": {"steps": [{"at_least": None, "points": 100}]}}
    told = {"code": "told", "weight": 50, "measures": [
        words, steps, {"input": "nps_score", "weight": 30, "scale": {"as_it_is": True}}]}  # fmt: skip
    in_force({"dimensions": [{**buying, "weight": 50}, told], "bands": BUYING["bands"]})

    backfill_health(first=days_ago(21), last=days_ago(1), every=1, now=NOW)

    assert history(ann) == {20: 25, 10: 100, 3: 50}


def test_twice_adds_nothing(ann: Customer) -> None:
    first = backfill_health(first=days_ago(12), last=days_ago(9), every=1, now=NOW)

    assert first > 0
    assert backfill_health(first=days_ago(12), last=days_ago(9), every=1, now=NOW) == 0


@pytest.mark.parametrize(
    ("first", "last", "every", "said"),
    [(3, 5, 1, "takes 1 to"), (5, 0, 1, "has not ended"), (5, 3, 0, "number of days"), (9_999, 1, 1, "takes 1 to")],
)
def test_days_that_cannot_be_are_refused(first: int, last: int, every: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        backfill_health(first=days_ago(first), last=days_ago(last), every=every, now=NOW)


def test_the_command_says_what_it_did(ann: Customer, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("backfill_health", "--from", f"{days_ago(12)}", "--to", f"{days_ago(11)}")

    assert "health scores written." in capsys.readouterr().out
    with pytest.raises(CommandError, match="not -1;"):
        call_command("backfill_health", "--from", f"{days_ago(10)}", "--to", f"{days_ago(12)}")
