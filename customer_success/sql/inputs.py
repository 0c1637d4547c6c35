"""The value of each input as a Django expression over ``CustomerStatus``."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Avg, DecimalField, Expression, F, Func, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Greatest, Least, NullIf, Round

from customer_success.metrics.inputs import Column, DaysBetween, DaysUntil, Input, Percent
from customer_success.models import ValueMetric
from lifecycle.metrics.sources import Metric
from lifecycle.sql.metrics import DaysBetween as Days
from lifecycle.sql.metrics import UtcDay, value_of
from lifecycle.sql.moments import AsOf

_NUMBER: DecimalField = DecimalField()


def input_value(one: Input) -> Expression | F:
    """NULL while it is missing. Numbers are whole or decimal, with finitely many digits."""
    match one.source:
        case Metric():
            value = value_of(one.source)
            return Cast(value, IntegerField()) if one.source.type == "boolean" else value
        case Column(path):
            return _field(path)
        case Percent(part, whole):
            quotient = Func(_field(part), NullIf(_field(whole), Value(0)), template="(%(expressions)s)",
                            arg_joiner=" * 100.0 / ", output_field=_NUMBER)  # fmt: skip
            return Round(quotient, precision=2, output_field=_NUMBER)
        case DaysUntil(day):
            return Days(_field(day), UtcDay(Value(AsOf())))
        case DaysBetween(start, end):
            return Days(_field(end), _field(start))
        case _:
            return Round(Subquery(_PROGRESS, output_field=_NUMBER), precision=2, output_field=_NUMBER)


def _field(path: str) -> F:
    return F(f"customer__{path}")


_NOTHING, _ALL = (Value(Decimal(bound), output_field=_NUMBER) for bound in (0, 100))
_WAY = Func(
    F("current") - F("baseline"),
    NullIf(F("target") - F("baseline"), _NOTHING),
    template="(%(expressions)s)",
    arg_joiner=" * 100 / ",
    output_field=_NUMBER,
)
# A figure without a baseline, a target or a current value counts nothing; LEAST and GREATEST would leave out a NULL.
_PROGRESS = (
    ValueMetric.objects.filter(
        profile_id=OuterRef("customer_id"), baseline__isnull=False, target__isnull=False, current__isnull=False
    )
    .exclude(target=F("baseline"))
    .order_by()
    .values("profile_id")
    .annotate(mean=Avg(Least(Greatest(_WAY, _NOTHING), _ALL)))
    .values("mean")
)
