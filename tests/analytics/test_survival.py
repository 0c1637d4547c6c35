"""How long it takes: durations as a loop has them, curves as the product by hand, sentences where a test stands."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analytics.admin.survival_charts import finding, reaching_chart
from analytics.queries.cohorts import Asking, By, durations
from analytics.queries.survival import reaching
from analytics.queries.targets import Target
from analytics.rules.survival import Against, Differences, Lasted, expected
from lifecycle.models import Transition
from tests.factories import (
    CustomerFactory,
    CustomerStatusFactory,
    LifecycleFactory,
    StatusTagFactory,
    TransitionFactory,
)

from .cohort_world import NOW, PAST, World, enrolled_at, members, world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(kept: None) -> World:
    return world()


def lasted(asking: Asking, tags: set[int]) -> Counter:
    """Of each cohort: days until the first move into one of the tags, or until now without."""
    found: Counter = Counter()
    for customer, cohort in members(asking):
        moves = Transition.objects.filter(customer=customer, lifecycle=asking.lifecycle).order_by("applied_at")
        there = [one.applied_at for one in moves if one.to_tag_id in tags and one.applied_at <= asking.now]
        until = there[0] if there else asking.now
        found[cohort, max((until.date() - enrolled_at(customer).date()).days, 0), bool(there)] += 1
    return found


@pytest.mark.parametrize(("now", "places"), [(NOW, (1, 2)), (PAST, (2,))])
@pytest.mark.parametrize("whose", ["everybody", "portfolio"])
@pytest.mark.parametrize("by", [By.MONTH, By.PLAN])
def test_durations_are_as_a_loop_over_their_moves_says(made, now, places, whose, by):
    owners = None if whose == "everybody" else frozenset({made.owner})
    asking = Asking(made.lifecycle, owners, now, by)
    tags = {made.tags[place].id for place in places}

    _, found = durations(asking, tags)

    told = Counter({
        (cohort.name, row.days, row.is_reached): row.customers for cohort, rows in found for row in rows
    })  # fmt: skip
    assert told == lasted(asking, tags)
    assert {is_reached for _, _, is_reached in told} == {True, False}


def test_who_was_there_before_the_first_event_took_no_time():
    lifecycle, target = learners({7: [-3, 0, 2]})

    _, [(_, rows)] = durations(Asking(lifecycle, None, NOW), target.ids)

    assert [(row.days, row.customers) for row in rows] == [(0, 2), (2, 1)]


def test_a_curve_is_the_product_of_those_who_stayed_day_by_day(made):
    asking = Asking(made.lifecycle, None, NOW, By.PLAN)
    tags = {made.tags[2].id}
    each = lasted(asking, tags)

    found = reaching(asking, tags)

    assert len([curve for curve in found.curves if curve.points]) > 2
    for curve in found.curves:
        own = [(days, there, n) for (cohort, days, there), n in each.items() if cohort == curve.cohort.name]
        for day, of, low, high in curve.points:
            stayed, variance = by_hand(own, day)
            assert of == pytest.approx(1 - stayed, abs=1e-6)
            if 0 < stayed < 1:
                wide = 1.959964 * math.sqrt(variance) / math.log(stayed)
                assert [low, high] == pytest.approx(sorted(1 - stayed ** math.exp(s * wide) for s in (1, -1)), abs=1e-5)
        assert curve.median == min((day for day, *_ in own if by_hand(own, day)[0] <= 0.5), default=None)


def by_hand(own: list[tuple[int, bool, int]], day: int) -> tuple[float, float]:
    """Kaplan and Meier's product up to a day, and Greenwood's sum."""
    stayed, variance = 1.0, 0.0
    for one in sorted({days for days, there, _ in own if there and days <= day}):
        at_risk = sum(n for days, _, n in own if days >= one)
        went = sum(n for days, there, n in own if days == one and there)
        stayed *= 1 - went / at_risk
        variance += went / (at_risk * (at_risk - went)) if at_risk > went else 0
    return stayed, variance


def learners(months: dict[int, list[int | None]]) -> tuple[Any, Target]:
    """By month of 2025, learners by the days after which they reached mastery; ``None``: not yet."""
    lifecycle = LifecycleFactory()
    learning, mastery = (StatusTagFactory(lifecycle=lifecycle, code=code, category="learning") for code in ("L", "M"))
    for month, days in months.items():
        for one in days:
            first = datetime(2025, month, 10, tzinfo=UTC)
            customer = CustomerFactory(facts__first_event_at=first)
            at = None if one is None else first + timedelta(days=one)
            if at:
                TransitionFactory(
                    lifecycle=lifecycle, customer=customer, from_tag=learning, to_tag=mastery, applied_at=at
                )
            CustomerStatusFactory(
                lifecycle=lifecycle, customer=customer, tag=mastery if at else learning, entered_at=at
            )
    return lifecycle, Target("M", "Mastery", lifecycle, [mastery])


def sentence(months: dict[int, list[int | None]]) -> str:
    lifecycle, target = learners(months)
    asking = Asking(lifecycle, None, NOW)
    return reaching_chart(asking, target, reaching(asking, target.ids)).summary


def test_the_month_that_does_worst_is_named_when_it_stands_a_test():
    found = sentence({7: [20] * 15 + [25] * 15, 8: [20] * 15 + [30] * 15, 9: [100] * 5 + [None] * 25})

    assert "Worst: customers of “Sep 2025” get there later than the others; 5 did" in found
    assert "corrected for 3 cohorts" in found


def test_months_that_are_alike_are_not_judged():
    found = sentence({7: [20, 30, 40, 50, None] * 3, 8: [21, 31, 41, 51, None] * 3})

    assert "No cohort differs from the others by more than chance would explain" in found


def test_a_month_of_a_few_is_not_judged_and_not_drawn():
    lifecycle, target = learners({7: [20] * 10, 8: [25] * 10, 9: [None] * 4})
    found = reaching(Asking(lifecycle, None, NOW), target.ids)

    few = found.curves[2]

    assert (few.customers, few.reached, few.points, few.median) == (4, 0, (), None)
    assert {one.name for one in found.differences.each} == {"Jul 2025", "Aug 2025"}


def test_nobody_there_yet_is_nothing_to_compare():
    lifecycle, target = learners({7: [None] * 10, 8: [None] * 10})

    found = reaching(Asking(lifecycle, None, NOW), target.ids)

    assert found.differences is None
    assert finding(target, found.differences) == "There is nothing to compare yet."


def test_nobody_at_all_has_no_curve():
    lifecycle, target = learners({})
    asking = Asking(lifecycle, None, NOW)

    chart = reaching_chart(asking, target, reaching(asking, target.ids))

    assert (chart.rows, chart.traces, chart.summary) == ([], [], "")


def test_what_would_be_expected_is_the_share_of_those_at_risk():
    own = [Lasted(5, is_reached=True, customers=1), Lasted(10, is_reached=False, customers=2)]
    others = [Lasted(5, is_reached=True, customers=1), Lasted(8, is_reached=True, customers=1)]

    # On day 5 two of five went, of whom three were ours; on day 8 one of three, of whom two were.
    assert expected(own, own + others) == pytest.approx(2 * 3 / 5 + 1 * 2 / 3)


def test_getting_to_churn_sooner_is_worse():
    differences = Differences(
        0.001, (Against("slow", 1, 8.0, 0.002), Against("quick", 9, 2.0, 0.003), Against("like", 4, 4.1, 1.0))
    )

    assert differences.worst(is_reaching_bad=True).name == "quick"
    assert differences.worst(is_reaching_bad=False).name == "slow"


def test_none_is_worst_while_cohorts_do_not_differ():
    assert Differences(0.2, (Against("slow", 1, 8.0, 0.01),)).worst(is_reaching_bad=False) is None
