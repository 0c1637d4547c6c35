"""The next check of a customer is the first instant at which waiting alone may change what its rules say."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle.metrics.catalogue import CATALOGUE, METRICS
from lifecycle.models import Lifecycle
from lifecycle.rules.calendar import end_of
from lifecycle.rules.parse import parse
from lifecycle.sql.conditions import flips
from lifecycle.sql.decision import Rule, decision_select
from lifecycle.sql.moments import bind

from .stage import NOW, Tree, lifecycle_with
from .trees import DAY, TIMED, some_customers, trees

TICK = timedelta(microseconds=1)
HORIZON = 25  # days; instants lie up to 12 days back, thresholds up to 12 days on

pytestmark = pytest.mark.django_db
many = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Half of the metrics drawn change with time.
timed_trees = trees((*METRICS, *TIMED * 4), depth=3)


class Standing(NamedTuple):
    matched: list[int] | None
    check_at: datetime | None


@pytest.fixture
def lifecycle() -> Lifecycle:
    return lifecycle_with("NEW OLD")


@many
@given(
    seed=st.integers(0, 2**32), drawn=st.lists(timed_trees, min_size=1, max_size=3), hours=st.sampled_from([0, 5, 12])
)
def test_nothing_changes_before_the_next_check(lifecycle: Lifecycle, seed: int, drawn: list[Tree], hours: int) -> None:
    with transaction.atomic():
        some_customers(Random(seed), lifecycle, 30)
        rules = [rule_of(number, tree, lifecycle) for number, tree in enumerate(drawn, start=1)]
        start = NOW + timedelta(hours=hours) - TICK
        later = [end_of(NOW.date() + day * DAY) - back for day in range(HORIZON) for back in (TICK, TICK * 0)]

        first = standings(lifecycle, rules, start)

        for instant in (one for one in later if one > start):
            for customer, now in standings(lifecycle, rules, instant).items():
                before = first[customer]
                if before.check_at is None or instant < before.check_at:
                    assert now == before
        transaction.set_rollback(True)


@many
@given(seed=st.integers(0, 2**32), tree=timed_trees)
def test_the_next_check_lies_ahead_at_the_end_of_a_day(lifecycle: Lifecycle, seed: int, tree: Tree) -> None:
    with transaction.atomic():
        some_customers(Random(seed), lifecycle, 30)

        for instant in (NOW, end_of(NOW.date()) - TICK, end_of(NOW.date())):
            checks = [one.check_at for one in standings(lifecycle, [rule_of(1, tree, lifecycle)], instant).values()]

            assert all(at > instant and at.time() == time.max for at in checks if at)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("operator", "value", "ages"),
    [
        (">=", 60, {60}),
        (">", 60, {61}),
        ("<", 60, {60}),
        ("<=", 60, {61}),
        (">=", 59.5, {60}),
        ("==", 7, {7, 8}),
        ("!=", 7, {7, 8}),
        ("between", [7, 9], {7, 10}),
        ("in", [3, 5], {3, 4, 5, 6}),
        ("not_in", [3, 4], {3, 5}),
        (">=", 0, set()),
        ("<", -3, set()),
        ("is_known", True, set()),
    ],
)
def test_a_condition_on_days_may_change_only_at_its_thresholds(operator: str, value: Any, ages: set[int]) -> None:
    tree = parse({"not": {"metric": "days_since_login", "operator": operator, "value": value}}, CATALOGUE)

    found = flips(tree)

    assert found.get("last_login_at", set()) == ages


def test_conditions_that_time_does_not_change_need_no_check() -> None:
    drawn = [{"metric": metric.name, "operator": "is_known"} for metric in METRICS if not metric.changes_with_time]

    assert flips(parse({"any": drawn}, CATALOGUE)) == {}


def rule_of(number: int, tree: Tree, lifecycle: Lifecycle) -> Rule:
    tags = {tag.code: tag.id for tag in lifecycle.tags.all()}
    return Rule(number, f"rule {number}", (tags["NEW"], None), tags["OLD"], *[parse(tree, CATALOGUE)] * 2)


def standings(lifecycle: Lifecycle, rules: list[Rule], as_of: datetime) -> dict[int, Standing]:
    """By customer, which rules hold at an instant, and when the customer has to be looked at again."""
    sql, params = decision_select(lifecycle.id, rules)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT customer_id, matched, check_at FROM ({sql}) AS d", bind(params, as_of))
        return {customer: Standing(matched, check_at) for customer, matched, check_at in cursor.fetchall()}
