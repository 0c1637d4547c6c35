"""Random condition trees over the whole catalogue, random customers, and what a metric should be worth for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from django.db.models import Model
from hypothesis import strategies as st

from lifecycle.metrics.catalogue import HEALTH_LEVELS, HEALTH_TRENDS, METRICS
from lifecycle.metrics.sources import (
    ENROLLED,
    ENTERED_TAG,
    Attribute,
    Collected,
    DayOf,
    DaysSince,
    Fact,
    Happened,
    Metric,
    Minus,
    Number,
    Ratio,
    Reported,
    SinceEntry,
)
from lifecycle.models import (
    CollectedMetrics,
    Customer,
    CustomerFacts,
    CustomerStatus,
    Lifecycle,
    NextCheck,
    ReportedMetrics,
    StatusTag,
)
from lifecycle.rules.nodes import Operator, Scalar
from lifecycle.rules.parse import OPERATORS_OF

from .stage import NOW

DAY = timedelta(days=1)
TODAY = NOW.date()
TIMES = (time.min, time(0, 0, 0, 1), time(12), time.max)
AMOUNTS = (
    0,
    1,
    2,
    3,
    50,
    100,
    Decimal("0.5"),
    Decimal("2.01"),
    Decimal("49.99"),
    Decimal("50.01"),
    Decimal("333.3333"),
)
PLANS = ("pro", "Pro", "über", "100%", "%s", "a'b", "")

# --- Trees as people write them --------------------------------------------------------------------------------------

_near_days = st.integers(-12, 5).map(lambda days: (TODAY + timedelta(days=days)).isoformat())
_VALUES = {
    "number": st.one_of(
        st.integers(-2, 12),
        st.sampled_from([float(amount) for amount in AMOUNTS]),
        st.sampled_from([-(10**15), 10**15, 10**6, 999_999, 0.000001]),
    ),
    "date": st.one_of(_near_days, st.sampled_from(["0001-01-01", "9999-12-31"])),
    "text": st.sampled_from(PLANS),
    "boolean": st.booleans(),
}


def values(metric: Metric) -> st.SearchStrategy[Any]:
    return st.sampled_from(metric.choices) if metric.choices else _VALUES[metric.type]


@st.composite
def conditions(draw: st.DrawFn, metrics: tuple[Metric, ...] = METRICS) -> dict[str, Any]:
    metric = draw(st.sampled_from(metrics))
    operator = draw(st.sampled_from(sorted(OPERATORS_OF[metric.type])))
    one = values(metric)
    match operator:
        case Operator.IS_KNOWN:
            value = draw(st.booleans())
        case Operator.IN | Operator.NOT_IN:
            value = draw(st.lists(one, min_size=1, max_size=4))
        case Operator.BETWEEN:
            value = sorted(draw(st.tuples(one, one)))
        case _:
            value = draw(one)
    return {"metric": draw(st.sampled_from((metric.name, *metric.other_names))), "operator": operator, "value": value}


def trees(metrics: tuple[Metric, ...] = METRICS, depth: int = 4) -> st.SearchStrategy[dict[str, Any]]:
    leaf = conditions(metrics)
    if depth == 0:
        return leaf
    inner = st.deferred(lambda: trees(metrics, depth - 1))
    group = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        leaf,
        st.builds(lambda parts: {"all": parts}, group),
        st.builds(lambda parts: {"any": parts}, group),
        st.builds(lambda part: {"not": part}, inner),
    )


TIMED = tuple(metric for metric in METRICS if metric.changes_with_time)

# --- Customers whose values lie at the edges -------------------------------------------------------------------------


def some_instant(random: Random) -> datetime | None:
    """Nothing, or the start, middle or end of a day near today; now and then a day long ago."""
    if random.random() < 0.25:
        return None
    days = random.choice([*range(-12, 3), -700_000])
    return datetime.combine(TODAY + days * DAY, random.choice(TIMES), tzinfo=UTC)


def some_customers(random: Random, lifecycle: Lifecycle, how_many: int) -> list[CustomerStatus]:
    """Customers with facts, status and next check, stored by four statements."""
    first = random.getrandbits(60)
    people = Customer.objects.bulk_create(
        Customer(
            external_id=f"{first + number}",
            email=random.choice([None, *PLANS]),
            plan=random.choice([None, *PLANS]),
            tier=random.choice([None, *PLANS]),
            product_tag=random.choice([None, "PT_001", "PT_002", "PT_003"]),
            created_at=NOW,
            updated_at=NOW,
        )
        for number in range(how_many)
    )
    CustomerFacts.objects.bulk_create(
        CustomerFacts(customer=one, **_some_numbers(CustomerFacts, random)) for one in people
    )
    CollectedMetrics.objects.bulk_create(
        CollectedMetrics(customer=one, **_some_numbers(CollectedMetrics, random))
        for one in people
        if random.random() < 0.8
    )
    ReportedMetrics.objects.bulk_create(
        ReportedMetrics(
            customer=one,
            health_score=random.choice([None, 0, 1, 2, 3, 50]),
            health_level=random.choice([None, *HEALTH_LEVELS]),
            health_trend=random.choice([None, *HEALTH_TRENDS]),
            health_change=random.choice([None, -2, 0, 12]),
        )
        for one in people
        if random.random() < 0.8
    )
    tags: list[StatusTag | None] = [None, *lifecycle.tags.all()]
    statuses = CustomerStatus.objects.bulk_create(
        CustomerStatus(
            lifecycle=lifecycle,
            customer=person,
            tag=random.choice(tags),
            entered_at=some_instant(random),
            seen_until=some_instant(random),
        )
        for person in people
    )
    NextCheck.objects.bulk_create(NextCheck(status=status, lifecycle=lifecycle) for status in statuses)
    # Read back, so that values have the types of the columns.
    found = CustomerStatus.objects.filter(id__in=[status.id for status in statuses])
    return list(found.select_related("customer__facts", "customer__collected", "customer__reported").order_by("id"))


def _some_numbers(model: type[Model], random: Random) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for field in model._meta.fields:
        match field.get_internal_type():
            case "DateTimeField":
                facts[field.name] = some_instant(random)
            case "IntegerField":
                facts[field.name] = random.choice([0, 0, 1, 2, 3, 50])
            case "DecimalField":
                facts[field.name] = None if field.null and random.random() < 0.3 else random.choice(AMOUNTS)
    return facts


# --- What a metric is worth, in plain Python -------------------------------------------------------------------------


def worth(status: CustomerStatus, as_of: datetime) -> dict[str, Scalar | None]:
    return {metric.name: _worth(metric, status, as_of) for metric in METRICS}


def _worth(metric: Metric, status: CustomerStatus, as_of: datetime) -> Any:
    match metric.source:
        case Fact() | Collected():
            return _number(metric.source, status)
        case Minus() | Ratio():
            found = _number(metric.source, status)
            return None if found is None else Decimal(found).quantize(Decimal("0.01"), ROUND_HALF_UP)
        case Happened(name):
            return _instant(status, name) is not None
        case DaysSince(name):
            since = _instant(status, name)
            ended = as_of.date() if as_of.time() == time.max else as_of.date() - DAY
            return None if since is None else max((ended - since.date()).days, 0)
        case DayOf(name):
            return _day(_instant(status, name))
        case SinceEntry(name):
            at = _instant(status, name)
            return at is not None and (status.seen_until is None or at > status.seen_until)
        case Reported(column):
            return getattr(getattr(status.customer, "reported", None), column, None)
        case Attribute(field, codes):
            stored = getattr(status.customer, field)
            return stored if codes is None else _word(codes, stored)


def _instant(status: CustomerStatus, name: str) -> datetime | None:
    facts = status.customer.facts
    if name == ENROLLED:
        return facts.last_enrolled_at or facts.first_event_at
    return status.entered_at or facts.first_event_at if name == ENTERED_TAG else getattr(facts, name)


def _number(source: Number, status: CustomerStatus) -> Any:
    match source:
        case Fact(column):
            return getattr(status.customer.facts, column)
        case Collected(column):
            return getattr(getattr(status.customer, "collected", None), column, None)
        case Minus(left, right):
            terms = _number(left, status), _number(right, status)
            return None if None in terms else terms[0] - terms[1]
        case Ratio(over, under, times):
            above, below = _number(over, status), _number(under, status)
            return None if above is None or not below else Decimal(above) / Decimal(below) * times


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None


def _word(codes: Mapping[str, str], stored: str | None) -> str | None:
    return next((word for word, code in codes.items() if code == stored), None)
