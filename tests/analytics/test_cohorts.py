"""Cohorts are as a loop over all rows has them: how they move and who stays, of everybody, of some, of a past day."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from analytics.admin.cohort_charts import progression_chart, retention_chart
from analytics.queries.cohorts import MOST_VALUES, Asking, Basis, By, progress, retention
from tests.factories import (
    CustomerFactory,
    CustomerStatusFactory,
    DailyMetricsFactory,
    LifecycleFactory,
    OrderFactory,
    StatusTagFactory,
    TransitionFactory,
)

from .cohort_world import (
    NOW,
    PAST,
    World,
    active_months,
    end_of,
    enrolled_at,
    is_over,
    members,
    month,
    name_of,
    tag_at,
    world,
)

pytestmark = pytest.mark.django_db
MONTHS = 6


@pytest.fixture(scope="module")
def made(kept: None) -> World:
    return world()


def asked(made: World, whose: str, now: datetime, by: By = By.MONTH, trait: str = "") -> Asking:
    owners = None if whose == "everybody" else frozenset({made.owner})
    return Asking(made.lifecycle, owners, now, by, trait, MONTHS)


WAYS = pytest.mark.parametrize(
    ("whose", "now", "by"),
    [
        ("everybody", NOW, By.MONTH),
        ("portfolio", NOW, By.MONTH),
        ("everybody", PAST, By.MONTH),
        ("portfolio", PAST, By.PLAN),
        ("everybody", NOW, By.PLAN),
    ],
)


@WAYS
def test_cohorts_move_as_a_loop_over_their_moves_says(made, whose, now, by):
    asking = asked(made, whose, now, by)
    expected: dict[str, dict[object, Counter]] = defaultdict(lambda: defaultdict(Counter))
    for customer, cohort in members(asking):
        expected[cohort]["now"][tag_at(customer, made.lifecycle, now)] += 1
        for period in range(MONTHS + 1):
            then = month(enrolled_at(customer)) + period
            if is_over(then, now):
                expected[cohort][period][tag_at(customer, made.lifecycle, end_of(then))] += 1

    as_of, rows = progress(asking)

    assert as_of == now
    assert len(rows) > 3
    assert {row.cohort.name: {"now": row.now, **dict(enumerate(row.months))} for row in rows} == expected


@WAYS
@pytest.mark.parametrize("basis", Basis)
def test_who_stays_is_as_a_loop_over_their_months_says(made, whose, now, by, basis):
    asking = asked(made, whose, now, by)
    expected: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    for customer, cohort in members(asking):
        active = active_months(customer, basis, now)
        if not active:
            continue
        own = name_of(min(active)) if by == By.MONTH else cohort
        for period in range(MONTHS + 1):
            if is_over(then := min(active) + period, now):
                found = expected[own][period]
                found[0] += 1
                found[1] += then in active
                found[2] += any(one >= then for one in active)

    _, rows = retention(asking, basis)

    told = {
        row.cohort.name: {n: [one.customers, one.classic, one.rolling] for n, one in enumerate(row.months)}
        for row in rows
    }
    assert told == expected
    assert all(one.customers == one.classic == one.rolling for row in rows for one in row.months[:1])


@pytest.mark.parametrize("now", [NOW, PAST])
def test_a_trait_has_its_largest_values_and_others_and_none(made, now):
    asking = asked(made, "everybody", now, By.TRAIT, "size")
    sizes = Counter(cohort for _, cohort in members(asking))
    none = sizes.pop("None")
    largest = sorted(sizes.items(), key=lambda one: (-one[1], one[0]))

    _, rows = progress(asking)

    assert len(largest) > MOST_VALUES
    assert [(row.cohort.name, row.customers) for row in rows] == [
        *largest[:MOST_VALUES],
        ("Others", sum(number for _, number in largest[MOST_VALUES:])),
        ("None", none),
    ]


def test_a_trait_that_nobody_has_is_one_cohort(made):
    _, rows = progress(asked(made, "everybody", NOW, By.TRAIT, "colour"))

    assert [row.cohort.name for row in rows] == ["None"]


def test_nobody_is_no_cohort():
    lifecycle = LifecycleFactory()

    assert progress(Asking(lifecycle, None, NOW)) == (NOW, [])
    assert progression_chart(lifecycle, owners=None, now=NOW).traces == []


def test_a_month_counts_at_its_last_instant_and_not_before():
    lifecycle = LifecycleFactory()
    customer = CustomerFactory(facts__first_event_at=datetime(2026, 1, 31, 23, 59, tzinfo=UTC))
    CustomerStatusFactory(lifecycle=lifecycle, customer=customer, tag=StatusTagFactory(lifecycle=lifecycle))
    midnight = datetime(2026, 2, 1, tzinfo=UTC)

    def months(now: datetime) -> int:
        cache.clear()
        [row] = progress(Asking(lifecycle, None, now))[1]
        return len(row.months)

    assert [months(midnight - timedelta(microseconds=late)) for late in (2, 1, 0)] == [0, 1, 1]


@pytest.mark.parametrize("basis", Basis)
def test_what_a_customer_did_in_the_last_instant_of_a_month_counts(basis):
    lifecycle, last = LifecycleFactory(), datetime(2026, 2, 1, tzinfo=UTC) - timedelta(microseconds=1)
    customer = CustomerFactory(facts__first_event_at=last)
    CustomerStatusFactory(lifecycle=lifecycle, customer=customer, tag=StatusTagFactory(lifecycle=lifecycle))
    OrderFactory(customer=customer, ordered_at=last)
    DailyMetricsFactory(customer=customer, metric_date=last.date(), activities=1)

    [row] = retention(Asking(lifecycle, None, last), basis)[1]

    assert [one.classic for one in row.months] == [1]


def test_a_move_at_midnight_belongs_to_the_month_that_begins():
    lifecycle = LifecycleFactory()
    first, second = StatusTagFactory.create_batch(2, lifecycle=lifecycle)
    customer, midnight = (
        CustomerFactory(facts__first_event_at=datetime(2026, 1, 5, tzinfo=UTC)),
        datetime(2026, 2, 1, tzinfo=UTC),
    )
    TransitionFactory(lifecycle=lifecycle, customer=customer, from_tag=first, to_tag=second, applied_at=midnight)
    CustomerStatusFactory(lifecycle=lifecycle, customer=customer, tag=second, entered_at=midnight)

    [row] = progress(Asking(lifecycle, None, NOW))[1]

    assert row.months == [{first.id: 1}, {second.id: 1}]


def test_a_history_that_ended_is_told_as_of_its_end():
    lifecycle = LifecycleFactory()
    tag = StatusTagFactory(lifecycle=lifecycle)
    customer, at = (
        CustomerFactory(facts__first_event_at=datetime(1997, 1, 5, tzinfo=UTC)),
        datetime(1997, 3, 31, 9, tzinfo=UTC),
    )
    TransitionFactory(lifecycle=lifecycle, customer=customer, to_tag=tag, applied_at=at)
    CustomerStatusFactory(lifecycle=lifecycle, customer=customer, tag=tag, entered_at=at)
    OrderFactory(customer=customer, ordered_at=datetime(1997, 1, 5, tzinfo=UTC))

    as_of, [row] = retention(Asking(lifecycle, None, NOW), Basis.ORDERS)

    assert as_of == datetime(1997, 3, 31, 23, 59, 59, 999999, UTC)
    assert [one.classic for one in row.months] == [1, 0, 0]


def test_cohorts_may_begin_with_a_month(made):
    asking = Asking(made.lifecycle, None, NOW, since="2025-10")

    names = [row.cohort.value for row in progress(asking)[1]]

    assert names[0] == "2025-10"
    assert names == sorted(names)


def test_a_picture_leaves_blank_what_is_not_over_and_what_is_too_few(made):
    asking = asked(made, "everybody", NOW)
    _, rows = retention(asking, Basis.ORDERS)

    chart = retention_chart(rows, is_rolling=False, activity="an order")

    [trace] = chart.traces
    width = max(len(row.months) for row in rows)
    for row, shares, texts, table in zip(rows, trace["z"], trace["text"], chart.rows, strict=True):
        blank = width - len(row.months)
        is_small = row.customers < 5
        counts = [f"{one.classic} of {one.customers}" for one in row.months]
        told = [round(100 * one.classic / one.customers, 1) for one in row.months]
        assert shares == ([None] * width if is_small else told + [None] * blank)
        assert texts == (counts if is_small else [f"{one:.0f}%" for one in told]) + [""] * blank
        assert list(table[2:]) == (counts if is_small else told) + [""] * blank
    assert {row.customers < 5 for row in rows} == {True, False}
    assert "fewer than 5 customers" in chart.summary
