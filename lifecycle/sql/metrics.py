"""The value of each metric as a Django expression over ``CustomerStatus``."""

from __future__ import annotations

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    Expression,
    F,
    Func,
    IntegerField,
    JSONField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, NullIf, Round
from django.db.models.lookups import GreaterThan, IsNull

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

from .moments import StartOfDay


class UtcDay(Func):
    """The UTC day of an instant, as a date."""

    template = "(%(expressions)s AT TIME ZONE 'UTC')::date"
    output_field = DateField()


class DaysBetween(Func):
    """One date minus another, in days."""

    arg_joiner = " - "
    template = "(%(expressions)s)"
    output_field = IntegerField()


def age(since: Expression | F) -> Expression:
    """Whole days from the day of an instant to the last complete day, not below 0; NULL stays NULL."""
    days = DaysBetween(UtcDay(Value(StartOfDay(0))), UtcDay(since))
    return Case(When(IsNull(since, False), then=Greatest(days, Value(0))))


def instant(name: str) -> Expression | F:
    """An instant that a source names: a column of the facts, the entry into the current tag, or the enrollment."""
    if name == ENTERED_TAG:
        return Coalesce(F("entered_at"), F("facts__first_event_at"))
    if name == ENROLLED:
        return Coalesce(F("facts__last_enrolled_at"), F("facts__first_event_at"))
    return F(f"facts__{name}")


def entered_after_what_was_seen(name: str) -> Expression:
    seen = Coalesce(F("seen_until"), Value("-infinity"), output_field=DateTimeField())
    return Coalesce(GreaterThan(instant(name), seen), Value(False), output_field=BooleanField())


class _AsNumeric(Func):
    template = "(%(expressions)s)::numeric"
    output_field = DecimalField()


class _Calculated(Func):
    template = "(%(expressions)s)"
    output_field = DecimalField()


def number(source: Number) -> Expression | F:
    """A column, or what is calculated of columns; NULL where anything is missing or would be divided by 0."""
    match source:
        case Fact(column):
            return F(f"facts__{column}")
        case Collected(column):
            return F(f"collected__{column}")
        case Minus(left, right):
            return _Calculated(number(left), number(right), arg_joiner=" - ")
        case Ratio(over, under, times):
            parts = [_AsNumeric(number(over)), NullIf(number(under), Value(0))]
            quotient = _Calculated(*parts, arg_joiner=" / ")
            return quotient if times == 1 else _Calculated(quotient, Value(times), arg_joiner=" * ")


def value_of(metric: Metric) -> Expression | F:
    """The metric's value; NULL while it is missing. Types: int, Decimal, str, bool, date."""
    match metric.source:
        case Fact() | Collected():
            return number(metric.source)
        case Minus() | Ratio():
            return Round(_AsNumeric(number(metric.source)), precision=2, output_field=DecimalField())
        case Happened(name):
            return IsNull(instant(name), False)
        case DaysSince(name):
            return age(instant(name))
        case DayOf(name):
            return UtcDay(instant(name))
        case SinceEntry(name):
            return entered_after_what_was_seen(name)
        case Reported(column):
            return F(f"reported__{column}")
        case Attribute(field, codes):
            if codes is None:
                return F(f"customer__{field}")
            words = (When(**{f"customer__{field}": code}, then=Value(word)) for word, code in codes.items())
            return Case(*words, output_field=CharField())


class Evidence(Func):
    """The values of some metrics as one JSON object; numbers without trailing zeros."""

    function = "jsonb_build_object"
    output_field = JSONField()

    def __init__(self, *metrics: Metric) -> None:
        parts: list[Expression | F] = []
        for metric in metrics:
            value = value_of(metric)
            is_decimal = metric.type == "number" and not isinstance(metric.source, DaysSince)
            parts += [_Name(metric.name), _Trimmed(value) if is_decimal else value]
        super().__init__(*parts)


class _Trimmed(Func):
    template = "trim_scale((%(expressions)s)::numeric)"
    output_field = DecimalField()


class _Name(Value):
    """A key: a literal in the text, since a parameter of jsonb_build_object has no type."""

    def as_sql(self, compiler, connection):  # type: ignore[no-untyped-def]
        return f"'{self.value}'", []
