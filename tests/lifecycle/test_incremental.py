"""Looking only at who has news or is due gives what looking at everybody gives, over any history."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle.engine.defaults import enroll_everybody, load_defaults
from lifecycle.engine.evaluate import evaluate_changed, evaluate_everybody
from lifecycle.engine.transitions import override_tag
from lifecycle.metrics.catalogue import METRICS
from lifecycle.models import Customer, DirtyMark, Lifecycle, Recommendation
from tests.factories import CustomerFactory, LifecycleFactory, StatusTagFactory, UserFactory

from .stage import NOW, Tree, days_ago, event, lifecycle_with, moves, paid, path, published, send, state_of, tag
from .trees import DAY, TIMED, trees

pytestmark = pytest.mark.django_db
TAGS = "ABCD"
DAYS = 16
few_metrics = tuple(
    metric for metric in METRICS if metric.name in {"order_count", "total_spend", "has_ordered_since_entry", "plan"}
)


@st.composite
def rules(draw: st.DrawFn) -> list[Tree]:
    """Rules among four tags. Those that lead back ask for a day in the tag, so that no circle closes at one instant."""
    drawn = []
    for number in range(draw(st.integers(2, 5))):
        starts = draw(st.sets(st.sampled_from(TAGS[:4]), min_size=1, max_size=3))
        end = draw(st.sampled_from([code for code in TAGS if code not in starts]))
        when = draw(trees((*few_metrics, *TIMED), depth=2))
        if any(start > end for start in starts):
            when = {"all": [{"metric": "days_in_tag", "operator": ">=", "value": 1}, when]}
        drawn.append(
            {
                "key": f"rule-{number}", "from": " ".join(sorted(starts)), "to": end, "when": when, "priority": number,
                "is_automatic": draw(st.integers(0, 3)) > 0,
            }
        )  # fmt: skip
    return drawn


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[list[Tree], datetime | None]]:
    """By day: the events that arrive, some of them late, and the instant of an evaluation, if there is one."""
    days = []
    for number in range(DAYS):
        day = days_ago(DAYS - number)
        arrived = [
            draw(happenings(day - DAY * draw(st.sampled_from([0, 0, 0, 1, 6])))) for _ in range(draw(st.integers(0, 2)))
        ]
        at = draw(st.sampled_from([time.max, time.max, time(18), None]))
        days.append((arrived, at and datetime.combine(day.date(), at, tzinfo=NOW.tzinfo)))
    return days


@st.composite
def happenings(draw: st.DrawFn, at: datetime) -> Tree:
    customer = draw(st.sampled_from("abcd"))
    match draw(st.sampled_from(["login", "cart", "paid", "paid", "identify"])):
        case "paid":
            return paid(customer, at, amount=draw(st.sampled_from([10, 50.01, 333.3333])))
        case "identify":
            return event(customer, "identify", at, plan=draw(st.sampled_from(["pro", None])))
        case "cart":
            return event(customer, "ADD_TO_CART", at)
        case name:
            return event(customer, name, at)


@settings(
    max_examples=18, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(drawn=rules(), history=histories())
def test_incremental_equals_full(drawn: list[Tree], history: list[tuple[list[Tree], datetime | None]]) -> None:
    with transaction.atomic():
        incremental, full = twins(drawn)

        live_through(history, incremental, full)

        assert moves(incremental) == moves(full)
        assert state_of(incremental) == state_of(full)
        assert asked(incremental) == asked(full)
        transaction.set_rollback(True)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(history=histories())
def test_incremental_equals_full_in_the_shipped_lifecycle(history: list[tuple[list[Tree], datetime | None]]) -> None:
    with transaction.atomic():
        incremental, full = shipped_twins()
        long_after = [([], days_ago(-days)) for days in (40, 60, 61, 90, 100, 179, 180, 200, 400)]

        live_through([*history, *long_after], incremental, full)

        assert moves(incremental) == moves(full)
        assert state_of(incremental) == state_of(full)
        transaction.set_rollback(True)


def test_an_incremental_run_looks_only_at_who_has_news_or_is_due() -> None:
    idle = {"from": "NEW", "to": "OLD", "when": {"metric": "days_since_login", "operator": ">=", "value": 3}}
    lifecycle = lifecycle_with("NEW OLD", idle)
    send(event("ann", "login", days_ago(2)), event("bob", "login", days_ago(1)), event("cid", "page_viewed"))
    at_first = evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW)

    nobody = evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW)
    due = evaluate_changed(lifecycle=lifecycle, as_of=NOW + DAY * 2, now=NOW)
    send(event("cid", "login"))
    news = evaluate_changed(lifecycle=lifecycle, as_of=NOW + DAY * 2, now=NOW)

    assert [run.evaluated for run in (at_first, nobody, due, news)] == [3, 0, 1, 1]
    assert path(lifecycle, "ann") == ["NEW>OLD"]
    assert not DirtyMark.objects.exists()


def test_a_person_s_move_after_the_instant_of_a_run_is_looked_at_by_the_next_one() -> None:
    """A run that began before keeps the mark of a customer that it leaves alone."""
    idle = {"from": "OLD", "to": "LAST", "when": {"metric": "days_since_login", "operator": ">=", "value": 3}}
    lifecycle = lifecycle_with("NEW OLD LAST", idle)
    send(event("ann", "login", days_ago(1)))
    ann = Customer.objects.get(external_id="ann")
    evaluate_changed(lifecycle=lifecycle, as_of=days_ago(1), now=NOW)
    new, old = tag(lifecycle, "NEW"), tag(lifecycle, "OLD")
    override_tag(customer=ann, to_tag=old, seen_tag=new, reason="asked", by=UserFactory(), now=NOW)

    evaluate_changed(lifecycle=lifecycle, as_of=NOW - timedelta(seconds=1), now=NOW)
    evaluate_changed(lifecycle=lifecycle, as_of=NOW + timedelta(seconds=1), now=NOW)
    evaluate_changed(lifecycle=lifecycle, as_of=NOW + DAY * 3, now=NOW)

    assert path(lifecycle, "ann") == ["NEW>OLD", "OLD>LAST"]


def twins(drawn: list[Tree]) -> tuple[Lifecycle, Lifecycle]:
    for customer in "abcd":
        CustomerFactory(external_id=customer)
    pair = [lifecycle_with(" ".join(TAGS)) for _ in range(2)]
    for lifecycle in pair:
        for rule in drawn:
            published(lifecycle, **dict(rule))
    return pair[0], pair[1]


def shipped_twins() -> tuple[Lifecycle, Lifecycle]:
    load_defaults(now=days_ago(DAYS))
    shipped = Lifecycle.objects.get(code="commerce")
    twin = LifecycleFactory()
    for one in shipped.tags.all():
        StatusTagFactory(lifecycle=twin, code=one.code, position=one.position, is_initial=one.is_initial)
    enroll_everybody(lifecycle=twin)
    for rule in shipped.rules.all():
        starts = " ".join(rule.from_tags.values_list("code", flat=True))
        published(twin, **{"from": starts, "to": rule.to_tag.code, "when": rule.conditions, "priority": rule.priority})
    return shipped, twin


def live_through(history: list[tuple[list[Tree], datetime | None]], incremental: Lifecycle, full: Lifecycle) -> None:
    for arrived, as_of in history:
        if arrived:
            send(*arrived)
        if as_of:
            evaluate_changed(lifecycle=incremental, as_of=as_of, now=as_of)
            evaluate_everybody(lifecycle=full, as_of=as_of, now=as_of)


def asked(lifecycle: Lifecycle) -> list[Any]:
    found = Recommendation.objects.filter(lifecycle=lifecycle).order_by("customer", "id")
    return list(found.values_list("customer", "rule__key", "from_tag__code", "state", "created_at", "evidence"))
