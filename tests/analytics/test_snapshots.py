"""Days that are kept: whole, once, and as they were."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from analytics.engine import snapshots
from analytics.engine.snapshots import backfill, take_snapshot
from analytics.models import Figure, Snapshot
from analytics.queries import figures, history
from analytics.queries.health import groups_of
from analytics.queries.reports import statement_of
from analytics.rules.kpis import KPIS
from lifecycle.models import CustomerFacts, Transition
from tests.factories import (
    CustomerFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    LifecycleFactory,
    StatusTagFactory,
    TransitionFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def lifecycle():
    """Two tags; of three customers one moved on the 5th, one on the 8th, one has none."""
    lifecycle = LifecycleFactory()
    first, second = (StatusTagFactory(lifecycle=lifecycle, code=code, position=n) for n, code in enumerate(("A", "B")))
    for day in (5, 8):
        customer, at = CustomerFactory(), datetime(2026, 3, day, 9, tzinfo=UTC)
        TransitionFactory(
            lifecycle=lifecycle, customer=customer, from_tag=None, to_tag=first, applied_at=at - timedelta(days=2)
        )
        TransitionFactory(lifecycle=lifecycle, customer=customer, from_tag=first, to_tag=second, applied_at=at)
        CustomerStatusFactory(customer=customer, lifecycle=lifecycle, tag=second, entered_at=at)
    CustomerStatusFactory(lifecycle=lifecycle, tag=None)
    assert Transition.objects.count() == 4
    return lifecycle


def told(day: date) -> dict[str, int]:
    return {one.part: one.n for one in Figure.objects.filter(snapshot=day, report="tag_customers")}


def test_a_past_day_is_told_as_it_was(lifecycle):
    backfill(since=date(2026, 3, 2), now=NOW)

    assert [told(date(2026, 3, day)) for day in (2, 3, 5, 6, 8, 10)] == [
        {"A": 0, "B": 0}, {"A": 1, "B": 0}, {"A": 0, "B": 1}, {"A": 1, "B": 1}, {"A": 0, "B": 2}, {"A": 0, "B": 2},
    ]  # fmt: skip


def test_who_is_in_its_first_tag_is_counted_since_it_is_there(lifecycle):
    first, second = lifecycle.tags.order_by("position")
    for moves_on in (None, 7):
        customer = CustomerFactory(created_at=datetime(2026, 3, 9, tzinfo=UTC))
        CustomerFacts.objects.filter(customer=customer).update(first_event_at=datetime(2026, 3, 4, 9, tzinfo=UTC))
        at = moves_on and datetime(2026, 3, moves_on, 9, tzinfo=UTC)
        CustomerStatusFactory(customer=customer, lifecycle=lifecycle, tag=second if at else first, entered_at=at)
        if at:
            TransitionFactory(lifecycle=lifecycle, customer=customer, from_tag=first, to_tag=second, applied_at=at)

    backfill(since=date(2026, 3, 2), now=NOW)

    assert [told(date(2026, 3, day)) for day in (2, 4, 7, 10)] == [
        {"A": 0, "B": 0}, {"A": 3, "B": 0}, {"A": 2, "B": 2}, {"A": 1, "B": 3},
    ]  # fmt: skip


def test_a_backfill_goes_on_where_it_ended(lifecycle):
    take_snapshot(day=date(2026, 3, 9), now=NOW)

    assert backfill(since=date(2026, 3, 8), now=NOW) == 2
    assert backfill(since=date(2026, 3, 8), now=NOW) == 0


def test_a_day_that_was_not_over_is_taken_again(lifecycle):
    take_snapshot(day=date(2026, 3, 10), now=NOW)

    backfill(since=date(2026, 3, 10), now=NOW + timedelta(days=1))

    assert Snapshot.objects.get(day=date(2026, 3, 10)).as_of == datetime(2026, 3, 10, 23, 59, 59, 999999, UTC)


def test_a_day_taken_twice_is_there_once(lifecycle):
    for _ in range(2):
        take_snapshot(day=date(2026, 3, 9), now=NOW)

    assert told(date(2026, 3, 9)) == {"A": 0, "B": 2}


def test_a_portfolio_is_told_of_its_own_customers(lifecycle):
    take_snapshot(day=date(2026, 3, 10), now=NOW)

    rows = figures("tag_customers", owners=frozenset({1}), now=NOW, lifecycle=lifecycle).rows

    assert [row.n for row in rows] == [0, 0]


def test_history_has_the_days_in_order(lifecycle):
    backfill(since=date(2026, 3, 8), now=NOW)

    days = [
        row.day
        for row in history("tag_customers", since=date(2026, 3, 1), until=date(2026, 3, 31), lifecycle=lifecycle)
    ]

    assert days == sorted(days)
    assert set(days) == {date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10)}


def test_who_comes_late_does_not_put_earlier_figures_in_place_of_later_ones(lifecycle):
    today = NOW.date()
    take_snapshot(day=today, now=NOW)

    kept = take_snapshot(day=today, now=NOW - timedelta(hours=4))

    assert (kept.as_of, kept.taken_at) == (NOW, NOW)


def test_a_day_before_everything_has_figures_of_nobody(lifecycle):
    take_snapshot(day=date(1970, 1, 1), now=NOW)

    assert told(date(1970, 1, 1)) == {"A": 0, "B": 0}
    assert set(Figure.objects.filter(report__startswith="kpi_").values_list("n", flat=True)) == {0}


def test_groups_without_a_name_are_one():
    LifecycleFactory(code="account")
    for plan in ("", None):
        CustomerHealthFactory(customer__plan=plan, customer__tier=plan, day=NOW.date())

    take_snapshot(day=NOW.date(), now=NOW)

    rows = Figure.objects.filter(report="health_segments").order_by("part")
    assert {row.part: row.n for row in rows} == {"company_size:": 2, "industry:": 2, "plan:": 2, "tier:": 2}
    assert [one.part for one in groups_of(rows)["plan"]] == [""]


def test_a_day_that_was_ended_in_the_middle_is_not_there(lifecycle, monkeypatch):
    def ended(name):
        if name == KPIS[-1].report:
            raise KeyboardInterrupt
        return statement_of(name)

    take_snapshot(day=date(2026, 3, 10), now=NOW - timedelta(hours=1))
    before = Figure.objects.count()
    monkeypatch.setattr(snapshots, "statement_of", ended)

    with pytest.raises(KeyboardInterrupt):
        backfill(since=date(2026, 3, 9), now=NOW)

    assert Snapshot.objects.get().as_of == NOW - timedelta(hours=1)
    assert Figure.objects.count() == before


def test_two_at_the_same_time_write_a_day_once(transactional_db):
    """Two workers, each with a connection of its own."""
    LifecycleFactory()

    def take(minutes):
        try:
            take_snapshot(day=NOW.date(), now=NOW + timedelta(minutes=minutes))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(take, (3, 0, 2, 1)))

    figures_of_kpis = Figure.objects.filter(report="kpi_nrr")
    assert (Snapshot.objects.get().as_of, figures_of_kpis.count()) == (NOW + timedelta(minutes=3), 1)
