"""Customers are erased: what runs for them ends, what they are known by goes, what is counted stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Case, F, Func, JSONField, Model, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat

from lifecycle.models import (
    ERASED,
    BacktestRun,
    Customer,
    Event,
    HistoryCheck,
    Notice,
    Order,
    OutboxMessage,
    Pin,
    Recommendation,
    RecommendationState,
    Rollback,
    Transition,
    name_once_erased,
)

from . import locks
from .transitions import leave_for_good

GONE = "Erased"
BY_NUMBER = Concat(Value(ERASED), Cast("pk", TextField()))  # where a text has to be another one in each row


class EraseFloor(Protocol):
    """What a floor above does, in the same transaction and before the customer itself loses its name and address."""

    def __call__(self, *, customer: Customer, by: Any, now: datetime) -> None: ...


_floors: list[EraseFloor] = []


@dataclass(frozen=True, slots=True)
class Blank:
    """What columns of the rows of a customer become. ``of``: the way from a row to the customer."""

    model: type[Model]
    to: Mapping[str, Any]
    of: str = "customer"


class NumbersOnly(Func):
    """A JSON object without its texts, lists and objects."""

    template = (
        "(SELECT COALESCE(jsonb_object_agg(key, value), '{}') FROM jsonb_each(%(expressions)s)"
        " WHERE jsonb_typeof(value) IN ('number', 'boolean', 'null'))"
    )
    output_field: Any = JSONField()


class ErasingNow(RuntimeError):
    """Nothing was erased: events are being written without a pause."""


def register_floor(erase: EraseFloor) -> None:
    """Have a floor above take part; those on top come first."""
    if erase not in _floors:
        _floors.append(erase)


@locks.again_after_deadlock
@transaction.atomic
def erase_customer(*, customer: Customer, by: Any, now: datetime) -> bool:
    """Erase who a customer is, on all floors and in one transaction; returns whether that is news.

    1. Wait for those who write events, then hold the customer: nobody adds to it meanwhile.
    2. The floors above end what runs and blank what they know, while the customer still has its address.
    3. It leaves each lifecycle, and is held there; nothing that this moves is told upstairs.
    4. Its texts are blanked, and then itself. Its external id becomes a digest by which events that still come are
       refused. Its rows, numbers, instants, moves, tier, product and plan remain, so that no figure changes.

    Done again, it blanks what has come since. Raises ``ErasingNow``.
    """
    try:
        locks.wait_for_writers()
    except locks.CollectingAlready as error:
        raise ErasingNow("Events are being written without a pause; nothing was erased. Try again.") from error
    held = Customer.objects.select_for_update().get(pk=customer.pk)
    is_news = not held.is_erased
    for erase in _floors:
        erase(customer=held, by=by, now=now)
    if is_news:
        leave_for_good(customer=held, reason=GONE, by=by, now=now)
    _blank_own(held, by, now)
    if is_news:
        LogEntry.objects.create(
            user=by, content_type=ContentType.objects.get_for_model(Customer), object_id=str(held.pk),
            object_repr=str(held), action_flag=CHANGE, change_message=GONE,
        )  # fmt: skip
    return is_news


def blank(customer: Customer, *what: Blank) -> None:
    """Blank rows of a customer: those of append-only tables, their history and the log of the admin as well."""
    for one in what:
        rows = one.model._base_manager.filter(**{one.of: customer.pk})
        rows.update(**one.to)
        for history in getattr(one.model, "pgh_event_models", {}).values():
            known = {field.name for field in history._meta.fields}
            earlier = history._base_manager.filter(pgh_obj_id__in=rows.values("pk"))
            earlier.update(**{name: value for name, value in one.to.items() if name in known})
        unlog(rows)


def unlog(rows: QuerySet[Any]) -> None:
    """Take what rows were called, and what was done to them, out of the log of the admin."""
    keys = rows.values_list(Cast("pk", TextField()), flat=True)
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(rows.model), object_id__in=keys)
    entries.exclude(change_message=GONE).update(object_repr=GONE, change_message="")


def _unnamed(told: list[dict[str, Any]], customer: Customer, **more: str) -> list[dict[str, Any]]:
    return [{**one, "name": GONE, **more} if one["customer"] == customer.pk else one for one in told]


def _blank_own(customer: Customer, by: Any, now: datetime) -> None:
    mine = {"customer": customer}
    OutboxMessage.objects.filter(**mine).delete()
    Recommendation.objects.filter(**mine, state=RecommendationState.PENDING).update(
        state=RecommendationState.SUPERSEDED, decided_at=now, decided_by=by
    )
    Notice.objects.filter(**mine, done_at=None).update(done_at=now, done_by=by)
    for check in HistoryCheck.objects.filter(doubts__contains=[{"customer": customer.pk}]):
        check.doubts = _unnamed(check.doubts, customer, cause=GONE)
        check.save()
    for tried in BacktestRun.objects.filter(result__examples__contains=[{"customer": customer.pk}]):
        result: dict[str, Any] = tried.result or {}
        tried.result = {**result, "examples": _unnamed(result["examples"], customer)}
        tried.save()
    no_author = Q(rule=None, by=None)
    blank(
        customer,
        Blank(Event, {"message_id": BY_NUMBER, "properties": {}}),
        Blank(Order, {"reference": BY_NUMBER}),
        Blank(
            Transition,
            {
                "reason": Case(When(no_author, then=Value(GONE)), default=Value("")),
                "notes": "",
                "evidence": NumbersOnly(F("evidence")),
            },
        ),
        Blank(Recommendation, {"note": "", "evidence": NumbersOnly(F("evidence"))}),
        Blank(Notice, {"text": Case(When(text="", then=Value("")), default=Value(GONE))}),
        Blank(Pin, {"reason": GONE}),
        Blank(Rollback, {"reason": GONE}, of="transition__customer"),
    )
    customer.external_id = name_once_erased(customer.external_id)
    customer.name = customer.email = customer.account_status = customer.owner = None
    customer.timezone, customer.traits, customer.updated_at = "UTC", {}, now
    customer.save()
    unlog(Customer.objects.filter(pk=customer.pk))
