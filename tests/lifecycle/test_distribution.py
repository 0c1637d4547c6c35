"""How the values of a metric are spread over customers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext

from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.metrics.catalogue import CATALOGUE, METRICS
from lifecycle.models import Customer, CustomerFacts, CustomerStatus, Lifecycle
from lifecycle.queries import Distribution, distribution, tag_counts
from lifecycle.rules.nodes import Condition, Operator
from lifecycle.rules.parse import parse

from .stage import NOW, days_ago, is_at_least, lifecycle_with, paid, send, tag

pytestmark = pytest.mark.django_db
_NAN = RawSQL("'NaN'::numeric", ())
SPENDS = {"ann": 10, "bob": 20, "cem": 500}


@pytest.fixture
def lifecycle(db: None) -> Lifecycle:
    rich = {"key": "rich", "from": "NEW", "to": "RICH", "when": is_at_least("total_spend", 100)}
    lifecycle = lifecycle_with("NEW RICH", rich)
    send(*(paid(name, days_ago(number + 1), amount) for number, (name, amount) in enumerate(SPENDS.items())))
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)
    return lifecycle


def spread(lifecycle: Lifecycle, metric: str, *condition: Any, starts: str = "", **more: Any) -> Distribution:
    """``condition``: operator and value; ``starts``: codes of tags."""
    tree = parse({"metric": metric, "operator": condition[0], "value": condition[1]}, CATALOGUE) if condition else None
    assert tree is None or isinstance(tree, Condition)
    given = {"from_tags": [tag(lifecycle, code) for code in starts.split()], "from_untagged": False, **more}
    return distribution(metric, lifecycle=lifecycle, condition=tree, as_of=NOW, **given)


def bars(found: Distribution) -> dict[Any, tuple[int, int]]:
    return {bar.value: (bar.customers, bar.meeting) for bar in found.bars if bar.customers}


def test_whole_numbers_get_a_bar_each_and_what_meets_the_condition_is_counted(lifecycle: Lifecycle) -> None:
    found = spread(lifecycle, "days_since_order", ">=", 2)

    assert bars(found) == {0: (1, 0), 1: (1, 0), 2: (1, 1)}
    assert (found.customers, found.looked_at, found.known, found.meeting, found.width) == (3, 3, 3, 1, 1)


def test_fractions_are_put_into_bars_of_one_width(lifecycle: Lifecycle) -> None:
    CustomerFacts.objects.filter(customer__external_id="ann").update(total_spend="10.50")

    found = spread(lifecycle, "total_spend", "<", 100)

    assert len(found.bars) == 20
    assert found.width == pytest.approx((500 - 10.5) / 20)
    assert [(bar.customers, bar.meeting) for bar in (found.bars[0], found.bars[-1])] == [(2, 2), (1, 0)]


def test_only_customers_in_the_tags_are_looked_at(lifecycle: Lifecycle) -> None:
    assert bars(spread(lifecycle, "total_spend", starts="RICH")) == {500: (1, 0)}
    assert spread(lifecycle, "total_spend", starts="NEW RICH").customers == 3
    assert spread(lifecycle, "total_spend", from_untagged=True).customers == 0


def test_all_are_looked_at_though_the_count_of_the_tags_is_of_before(lifecycle: Lifecycle) -> None:
    tag_counts(lifecycle, now=NOW)
    CustomerStatus.objects.filter(customer__external_id="ann").delete()

    found = spread(lifecycle, "total_spend")

    assert (found.customers, found.looked_at) == (2, 2)


def test_customers_without_a_value_are_known_to_be_without(lifecycle: Lifecycle) -> None:
    found = spread(lifecycle, "final_assessment", "<", 5)

    assert (found.looked_at, found.known, found.meeting, found.bars) == (3, 0, 0, ())


def test_dates_are_days(lifecycle: Lifecycle) -> None:
    first = days_ago(3).date()

    found = spread(lifecycle, "last_order_on", "<=", first.isoformat())

    assert sum(one for one, _ in bars(found).values()) == 3
    assert (found.bars[0].value, found.bars[0].meeting, found.meeting) == (first.toordinal() - 719163, 1, 1)


def test_of_texts_the_frequent_values_and_never_what_one_customer_alone_has(lifecycle: Lifecycle) -> None:
    Customer.objects.filter(external_id__in=["ann", "bob"]).update(plan="pro", email="shared@example.com")
    Customer.objects.filter(external_id="cem").update(plan="solo", email="cem@example.com", product_tag="PT_001")

    assert bars(spread(lifecycle, "plan", "==", "pro")) == {"pro": (2, 2)}
    assert bars(spread(lifecycle, "email")) == {"shared@example.com": (2, 0)}
    assert bars(spread(lifecycle, "customer_tier", "in", ["Pro"])) == {"Pro": (1, 1)}  # of a closed list


def test_yes_and_no(lifecycle: Lifecycle) -> None:
    CustomerFacts.objects.filter(customer__external_id="ann").update(last_project_approved_at=NOW)

    assert bars(spread(lifecycle, "real_world_project_approved", *("==", False))) == {False: (2, 2), True: (1, 0)}


def test_of_many_customers_some_are_looked_at_and_always_the_same(lifecycle: Lifecycle) -> None:
    send(*(paid(f"more{number}", days_ago(1), number) for number in range(120)))
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

    found = spread(lifecycle, "total_spend", ">", 50, most=30)

    assert found.customers == 123
    assert 5 < found.looked_at < 70
    assert found == spread(lifecycle, "total_spend", ">", 50, most=30)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_no_metric_is_an_error_whatever_its_values(lifecycle: Lifecycle, metric: Any) -> None:
    Customer.objects.filter(external_id="ann").update(plan="")
    CustomerFacts.objects.filter(customer__external_id="ann").update(
        total_spend=_NAN, assessment_score_sum=_NAN, first_order_at=RawSQL("'infinity'::timestamptz", ())
    )
    condition = Condition(metric.name, Operator.IS_KNOWN, value=True)

    with CaptureQueriesContext(connection) as asked:
        found = distribution(
            metric.name, lifecycle=lifecycle, condition=condition, from_tags=[], from_untagged=False, as_of=NOW
        )

    assert len([one for one in asked if "WITH sample" in one["sql"]]) == 1
    assert len(asked) <= 3  # the others count the tags, which is remembered
    assert found.looked_at == 3
    assert found.known >= sum(bar.customers for bar in found.bars)
