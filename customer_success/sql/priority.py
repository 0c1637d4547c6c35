"""The order of ``rules.priority`` for the database, so that what is cut off comes last; a test holds both equal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, SmallIntegerField, Value, When
from django.db.models.expressions import Expression, OrderBy
from django.db.models.functions import Coalesce

from customer_success.models import AlertState, HealthAlert
from customer_success.rules import priority
from customer_success.rules.priority import ALERTS, LEVELS, PRIORITIES, TIERS
from lifecycle.rules.calendar import end_of

ALERT = "alert_place"


def alert_place(customer: str) -> Expression:
    """The place in ``ALERTS`` of the worst that a customer has open. EXISTS, which looks few up and hashes many."""
    is_open = HealthAlert.objects.filter(customer=OuterRef(customer), state=AlertState.OPEN, ended_at=None)
    return _first(*(Exists(is_open.filter(kind=kind)) for kind in ALERTS))


def with_alert() -> QuerySet[HealthAlert, Any]:
    """The customers that have anything open."""
    return HealthAlert.objects.filter(state=AlertState.OPEN, ended_at=None).order_by().values_list("customer")


def when(now: datetime) -> Mapping[priority.When, Q]:
    """Which tasks are overdue, due today and due later."""
    is_overdue, is_due = Q(due_at__lte=now), Q(due_at__lte=end_of(now.date()))
    return {
        priority.When.OVERDUE: is_overdue,
        priority.When.TODAY: is_due & ~is_overdue,
        priority.When.NEXT: ~is_due & ~is_overdue,
    }


def rank(now: datetime) -> tuple[Expression | OrderBy | str, ...]:
    """The order of tasks that are annotated with ``ALERT``."""
    return (
        _first(*when(now).values()),
        ALERT,
        _place("priority", PRIORITIES),
        _place("customer__tier", TIERS),
        _most_worth("customer__account__annual_revenue"),
        "due_at",
        "id",
    )


def rank_at_risk() -> tuple[Expression | OrderBy | str, ...]:
    """The order of customers that are annotated with ``ALERT``."""
    return (
        _place("health__level", LEVELS),
        ALERT,
        _place("tier", TIERS),
        _most_worth("account__annual_revenue"),
        Coalesce("health__score", Value(101)),
        "id",
    )


def _place(path: str, order: tuple[str, ...]) -> Expression:
    return _first(*(Q(**{path: value}) for value in order))


def _first(*conditions: Q | Exists) -> Expression:
    """Which of the conditions is the first that holds; their number where none does."""
    cases = (When(one, then=Value(number)) for number, one in enumerate(conditions))
    return Case(*cases, default=Value(len(conditions)), output_field=SmallIntegerField())


def _most_worth(path: str) -> OrderBy:
    return Coalesce(path, Value(Decimal(0))).desc()
