"""How many customers a campaign would have taken in during the last 30 days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Left

from campaigns.definition.parts import (
    BecameTrue,
    DateReached,
    Definition,
    EnteredTag,
    HappenedEvent,
    LeftTag,
    Scheduled,
    Tree,
)
from campaigns.models import Segment
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import Customer, CustomerStatus, Event, Transition
from lifecycle.queries import COUNT_SECONDS, patience
from lifecycle.queries.at import first_at
from lifecycle.rules.parse import parse
from lifecycle.sql.conditions import compiled

DAYS = 30


def audience(definition: Definition, *, now: datetime) -> int | None:
    """Customers who met the trigger in the last 30 days and the entry condition now; ``None``: it took too long.

    For conditions, dates and schedules: those who meet it now, or whose date lies in the next 30 days.
    """
    try:
        with patience(COUNT_SECONDS):
            rows = triggered(definition, since=now - timedelta(days=DAYS), now=now)
            if definition.entry is not None:
                rows = rows.filter(_holds(definition.entry))
            found = first_at(rows.order_by().values_list("id"), now, "SELECT count(*) FROM ({}) AS reached")
            return int(found[0]) if found else 0
    except EmptyResultSet:  # it names what is not there any more
        return 0
    except OperationalError:  # the time was up
        return None


def triggered(definition: Definition, *, since: datetime, now: datetime) -> QuerySet[CustomerStatus]:
    """One row a customer that the trigger would have met, in the lifecycle of the campaign."""
    rows = CustomerStatus.objects.filter(lifecycle__code=definition.lifecycle)
    match definition.trigger:
        case EnteredTag(lifecycle=lifecycle, tag=tag, from_tag=start):
            moves = _moves(since, now).filter(lifecycle__code=lifecycle, to_tag__code=tag)
            moves = moves.filter(from_tag__code=start) if start else moves
            return rows.filter(customer__in=moves.values("customer"))
        case LeftTag(lifecycle=lifecycle, tag=tag):
            moves = _moves(since, now).filter(lifecycle__code=lifecycle, from_tag__code=tag)
            return rows.filter(customer__in=moves.values("customer"))
        case HappenedEvent(name=name, where=where):
            events = Event.objects.filter(name=name, occurred_at__gte=since, occurred_at__lte=now)
            events = events.filter(properties__contains=where) if where else events
            return rows.filter(customer__in=events.order_by().values("customer"))
        case BecameTrue(condition=tree):
            return rows.filter(_holds(tree))
        case Scheduled(segment=key):
            segment = Segment.objects.filter(key=key).first()
            if segment is None:
                return rows.none()
            holding = CustomerStatus.objects.filter(_holds(segment.condition), lifecycle=segment.lifecycle_id)
            return rows.filter(customer__in=holding.order_by().values("customer"))
        case DateReached(date=name, days=days):
            first = (now - timedelta(days=days)).date()
            return rows.filter(_date_within(name, first.isoformat(), (first + timedelta(days=DAYS)).isoformat()))


def _moves(since: datetime, now: datetime) -> QuerySet[Transition]:
    moves: QuerySet[Transition] = Transition.objects.filter(applied_at__gte=since, applied_at__lte=now)
    return moves.order_by()


def _holds(tree: Tree) -> Q:
    return compiled(parse(tree, CATALOGUE))


def _date_within(name: str, first: str, last: str) -> Q:
    """A metric that is a date, or a trait whose text begins with one, which compares as it is written."""
    if name in CATALOGUE and CATALOGUE[name].type == "date":
        return _holds({"metric": name, "operator": "between", "value": [first, last]})
    told: Any = Left(KeyTextTransform(name, "traits"), 10)
    customers = Customer.objects.annotate(told=told).filter(told__gte=first, told__lte=last)
    return Q(customer__in=customers.order_by().values("id"))
