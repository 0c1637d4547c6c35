"""Opportunities of expansion: seen in the figures of accounts, refreshed, and followed to their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from customer_success.models import (
    Account,
    ExpansionKind,
    ExpansionOpportunity,
    ExpansionStatus,
    MilestonePriority,
    TaskType,
)
from customer_success.queries.expansion import PROFILE_FIGURES, accounts_with, not_ended_lately
from customer_success.rules import expansion as rules

from .tasks import NewTask, create_tasks

BATCH = 1_000
DAYS_TO_ACT = 7
MAX_REASON = 500
_FIGURES = ("current_tier", "potential_tier", "reason", "estimated_revenue", "probability")


class ExpansionNotAllowed(ValueError):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True, slots=True)
class Detected:
    """How many opportunities are new, and how many ended because their sign is gone."""

    found: int
    gone: int


@transaction.atomic
def detect_expansion(*, now: datetime) -> Detected:
    """Look at all accounts: open what is new, refresh what is open, end what lost its sign and nobody pursued.

    What a person ended does not come back for 90 days. New ones that are likely make a task for the owner.
    """
    gone = 0
    for kind in ExpansionKind:
        _open_and_refresh(kind, now)
        with_sign = accounts_with(kind, today=now.date()).values("pk")
        still_open = ExpansionOpportunity.objects.filter(kind=kind, status=ExpansionStatus.OPEN)
        gone += still_open.exclude(customer__in=with_sign).update(status=ExpansionStatus.GONE, ended_at=now)
    new = ExpansionOpportunity.objects.filter(detected_at=now, status=ExpansionStatus.OPEN)
    likely = new.filter(probability__gte=rules.TASK_FROM_PROBABILITY).select_related("customer")
    create_tasks(tasks=[_task(one, now) for one in likely], by=None, now=now)
    return Detected(new.count(), gone)


def pursue(*, opportunity: ExpansionOpportunity, by: Any, now: datetime) -> ExpansionOpportunity:
    """Take an opportunity in hand: it no longer ends by itself. Raises ``ExpansionNotAllowed``."""
    return _moved(opportunity, ExpansionStatus.PURSUED, by=by)


def win(
    *, opportunity: ExpansionOpportunity, amount: Decimal, note: str = "", by: Any, now: datetime
) -> ExpansionOpportunity:
    """The customer bought; ``amount`` a year. Raises ``ExpansionNotAllowed``."""
    if amount <= 0:
        raise ExpansionNotAllowed("The amount has to be more than 0.")
    return _moved(opportunity, ExpansionStatus.WON, by=by, ended_at=now, won_amount=amount, outcome=note)


def lose(*, opportunity: ExpansionOpportunity, reason: str, by: Any, now: datetime) -> ExpansionOpportunity:
    """The customer said no. Raises ``ExpansionNotAllowed``."""
    return _moved(opportunity, ExpansionStatus.LOST, by=by, ended_at=now, outcome=_required(reason))


def dismiss(*, opportunity: ExpansionOpportunity, reason: str, by: Any, now: datetime) -> ExpansionOpportunity:
    """There is nothing in it; the sign does not count for 90 days. Raises ``ExpansionNotAllowed``."""
    return _moved(opportunity, ExpansionStatus.DISMISSED, by=by, ended_at=now, outcome=_required(reason))


def _open_and_refresh(kind: ExpansionKind, now: datetime) -> None:
    rows = ExpansionOpportunity.objects.filter(kind=kind, status=ExpansionStatus.OPEN).select_for_update()
    there = {row.customer_id: row for row in rows}
    new, changed = [], []
    seen = accounts_with(kind, today=now.date()).filter(not_ended_lately(kind, now=now))
    for account in seen.select_related("customer__health", "profile").iterator(chunk_size=BATCH):
        figures = _figures(account, kind)
        row = there.get(account.pk)
        if row is None:
            new.append(_new(account, kind, figures, now))
        elif figures != tuple(getattr(row, name) for name in _FIGURES):
            row.refreshed_at = now
            for name, value in zip(_FIGURES, figures, strict=True):
                setattr(row, name, value)
            changed.append(row)
    # One that is pursued already, or that another run makes at this moment, is left as it is.
    ExpansionOpportunity.objects.bulk_create(new, ignore_conflicts=True, batch_size=BATCH)
    ExpansionOpportunity.objects.bulk_update(changed, (*_FIGURES, "refreshed_at"), batch_size=BATCH)


def _figures(account: Any, kind: ExpansionKind) -> tuple[Any, ...]:
    """The values of ``_FIGURES``."""
    health = getattr(account.customer, "health", None)
    known = rules.AccountFigures(
        annual_revenue=account.annual_revenue,
        next_tier_from=account.next_tier_from,
        level=health.level if health else None,
        **{name: getattr(account.profile, name) for name in PROFILE_FIGURES},
    )
    return (
        account.customer.tier,
        account.next_tier,
        rules.reason(kind, known),
        rules.estimated_revenue(kind, known),
        rules.probability(kind, known),
    )


def _new(account: Account, kind: ExpansionKind, figures: tuple[Any, ...], now: datetime) -> ExpansionOpportunity:
    return ExpansionOpportunity(
        **dict(zip(_FIGURES, figures, strict=True)),
        customer_id=account.pk,
        kind=kind,
        suggested_actions=list(rules.ACTIONS[kind]),
        detected_at=now,
        refreshed_at=now,
    )


def _task(opportunity: ExpansionOpportunity, now: datetime) -> NewTask:
    return NewTask(
        customer=opportunity.customer,
        type=TaskType.EXPANSION,
        title=f"Expansion of {opportunity.customer}: {opportunity.get_kind_display()}",
        notes="\n".join((opportunity.reason, *opportunity.suggested_actions)),
        due_at=now + timedelta(days=DAYS_TO_ACT),
        priority=MilestonePriority.MEDIUM,
        origin=f"expansion:{opportunity.id}",
    )


def _moved(opportunity: ExpansionOpportunity, to: ExpansionStatus, *, by: Any, **changes: Any) -> ExpansionOpportunity:
    if problem := rules.move_problem(opportunity.status, to):
        raise ExpansionNotAllowed(problem)
    rows = ExpansionOpportunity.objects.filter(id=opportunity.id, status=opportunity.status)
    if not rows.update(status=to, handled_by=by, **changes):
        raise ExpansionNotAllowed("The opportunity has changed meanwhile; look again before you decide.")
    opportunity.refresh_from_db()
    return opportunity


def _required(reason: str) -> str:
    if not reason.strip():
        raise ExpansionNotAllowed("Say why.")
    return reason.strip()[:MAX_REASON]
