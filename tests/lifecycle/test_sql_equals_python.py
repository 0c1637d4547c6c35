"""A rule means the same in SQL and in Python, whatever the tree, the customer and the instant."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.db.models import BooleanField, Case, Value, When
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle import queries
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import CustomerStatus, Lifecycle
from lifecycle.rules.calendar import end_of
from lifecycle.rules.evaluate import holds
from lifecycle.rules.nodes import Node
from lifecycle.rules.parse import parse
from lifecycle.sql.conditions import compiled
from lifecycle.sql.moments import bind, named

from .stage import NOW, lifecycle_with
from .trees import some_customers, trees, worth

TRUE, FALSE = map(Value, (True, False))
TICK = timedelta(microseconds=1)
INSTANTS = (NOW, end_of(NOW.date()), end_of(NOW.date()) - TICK, end_of(NOW.date()) + TICK, NOW - timedelta(days=3))

pytestmark = pytest.mark.django_db
many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
parsed_trees = trees().map(lambda tree: parse(tree, CATALOGUE))


@pytest.fixture
def lifecycle() -> Lifecycle:
    return lifecycle_with("NEW OLD")


@many
@given(
    seed=st.integers(0, 2**32), drawn=st.lists(parsed_trees, min_size=15, max_size=25), as_of=st.sampled_from(INSTANTS)
)
def test_a_tree_holds_in_sql_for_whom_it_holds_in_python(
    lifecycle: Lifecycle, seed: int, drawn: list[Node], as_of: datetime
) -> None:
    with transaction.atomic():
        statuses = some_customers(Random(seed), lifecycle, 30)
        known = {status.id: worth(status, as_of) for status in statuses}

        in_sql = truths_in_sql(drawn, as_of)

        in_python = {status: [holds(tree, values) for tree in drawn] for status, values in known.items()}
        assert in_sql == in_python
        transaction.set_rollback(True)


@many
@given(
    seed=st.integers(0, 2**32), drawn=st.lists(parsed_trees, min_size=5, max_size=10), as_of=st.sampled_from(INSTANTS)
)
def test_the_count_of_a_rule_is_the_number_of_those_for_whom_it_holds(
    lifecycle: Lifecycle, seed: int, drawn: list[Node], as_of: datetime
) -> None:
    with transaction.atomic():
        statuses = some_customers(Random(seed), lifecycle, 30)
        new = lifecycle.tags.get(code="NEW")
        asked = [worth(status, as_of) for status in statuses if status.tag_id in (new.id, None)]

        counts = [
            queries.matching_now(lifecycle=lifecycle, tree=tree, from_tags=[new], from_untagged=True, as_of=as_of)
            for tree in drawn
        ]

        assert counts == [sum(holds(tree, values) for values in asked) for tree in drawn]
        transaction.set_rollback(True)


@many
@given(seed=st.integers(0, 2**32), as_of=st.sampled_from(INSTANTS))
def test_every_metric_is_worth_in_sql_what_its_description_says(
    lifecycle: Lifecycle, seed: int, as_of: datetime
) -> None:
    with transaction.atomic():
        for status in some_customers(Random(seed), lifecycle, 5):
            found = queries.metric_values(status.customer, lifecycle, as_of=as_of)

            assert found == worth(status, as_of)
        transaction.set_rollback(True)


def truths_in_sql(drawn: list[Node], as_of: datetime) -> dict[int, list[bool]]:
    """By status, whether each tree holds; asked as the rulebook asks, by CASE WHEN."""
    columns: dict[str, Any] = {
        f"t{index}": Case(When(compiled(tree), then=TRUE), default=FALSE, output_field=BooleanField())
        for index, tree in enumerate(drawn)
    }
    statuses = CustomerStatus.objects.annotate(**columns).values_list("id", *columns).order_by()
    sql, params = named(*statuses.query.sql_with_params())
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(sql, bind(params, as_of))
        return {status: truths for status, *truths in cursor.fetchall()}
