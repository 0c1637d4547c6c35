"""Whom a look finds whose date has come, or whose segment is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from campaigns.definition.parts import DateReached, Definition, Scheduled
from campaigns.models import Segment
from campaigns.rules.times import Due, dates_due, periods_due
from campaigns.sql import triggers as statements
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import CustomerStatus
from lifecycle.sql.metrics import value_of
from lifecycle.sql.moments import bind, named
from lifecycle.sql.run import rows

from .conditions import customers_for_whom

# What is older when it is found is left alone.
LATEST = timedelta(hours=48)
# The dates of ``customer_success.Account``.
ACCOUNT_DATES = frozenset({"renewal_date", "contract_end_date"})
Found = tuple[int, str, datetime]  # customer, occasion, and when it was time


def whose_time_has_come(definition: Definition, *, since: datetime, now: datetime) -> list[Found]:
    """Customers whose date, or the schedule of whose segment, came after ``since``, until ``now``, by their clocks."""
    since = max(since, now - LATEST)
    zones = [zone for (zone,) in rows(statements.ZONES)]
    match definition.trigger:
        case DateReached(date=name, days=days, at=clock):
            due = [one for zone in zones for one in dates_due(since, now, days=days, clock=clock, zone=zone)]
            return _whose_date_is(name, definition.lifecycle, due, now) if due else []
        case Scheduled(segment=key, every=every, at=clock, day=on):
            due = [one for zone in zones for one in periods_due(since, now, every=every, on=on, clock=clock, zone=zone)]
            return _in_segment(key, due, now) if due else []
        case _:
            return []


def _whose_date_is(name: str, lifecycle: str, due: list[Due], now: datetime) -> list[Found]:
    if name in ACCOUNT_DATES:
        return rows(statements.ACCOUNT_IS.format(column=name), **_columns(due), trait=name)
    if name not in CATALOGUE or CATALOGUE[name].type != "date":
        return rows(statements.TRAIT_IS, **_columns(due), trait=name)
    days = CustomerStatus.objects.filter(lifecycle__code=lifecycle).order_by().annotate(day=value_of(CATALOGUE[name]))
    sql, moments = named(*days.values("customer_id", "day").query.sql_with_params())
    return rows(statements.METRIC_IS.format(days=sql), **_columns(due), **bind(moments, now))


def _in_segment(key: str, due: list[Due], now: datetime) -> list[Found]:
    segment = Segment.objects.select_related("lifecycle").get(key=key)
    holds = customers_for_whom(segment.condition, lifecycle=segment.lifecycle.code, as_of=now)
    return rows(statements.IN_SEGMENT.format(holds=holds.sql), **_columns(due), **holds.params)


def _columns(due: list[Due]) -> dict[str, list[Any]]:
    return {
        "zones": [one.zone for one in due],
        "named": [one.named for one in due],
        "ats": [one.at for one in due],
    }
