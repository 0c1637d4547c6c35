"""Tiers: by revenue, by hand, or by an event, each change with its history."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from customer_success.models import Account, CustomerTier, Task, TaskState, TaskType, TierChange, TierPolicy
from customer_success.rules.tiers import is_upgrade, tier_of
from customer_success.sql.tiers import NOTE_ALONE, NOTE_CHANGED_TIERS
from lifecycle.engine import locks
from lifecycle.engine.intake import MAX_BATCH
from lifecycle.models import Customer
from lifecycle.rules.traits import TIERS

from .tasks import NewTask, close_by_origin, create_tasks
from .traits import tell

SHIPPED = Path(__file__).resolve().parent.parent / "shipped/tiers.json"
MAX_REASON = 500
BY_EVENT = "Told by an event"
# How long the owner has to look at a tier that no longer fits the revenue.
REVIEW_WITHIN = timedelta(days=7)


class TierNotChanged(ValueError):
    """The tier stays; the message says why."""


def load_policies() -> list[str]:
    """Load the shipped policies of tiers that have none; returns a line for each."""
    return [
        f"tier policy {values['tier']}"
        for values in json.loads(SHIPPED.read_text())
        if TierPolicy.objects.get_or_create(tier=values["tier"], defaults=values)[1]
    ]


def fitting_tier(revenue: Decimal) -> str | None:
    """The tier of an annual revenue by the policies; ``None`` where none of them begins as low."""
    return tier_of(revenue, dict(TierPolicy.objects.values_list("tier", "from_revenue")))


@transaction.atomic
def set_tier(*, customer: Customer, tier: str, reason: str, by: Any, now: datetime) -> TierChange:
    """Put a customer into a tier by hand; it stays there until its revenue changes. Raises ``TierNotChanged``."""
    reason = reason.strip()
    if tier not in CustomerTier:
        raise TierNotChanged(f"There is no tier “{tier}”; use one of {', '.join(CustomerTier.values)}.")
    if not reason:
        raise TierNotChanged("A reason is needed; it stands in the customer's history.")
    if len(reason) > MAX_REASON or "\x00" in reason:
        raise TierNotChanged(f"The reason may have {MAX_REASON} characters, and no NUL character.")
    before = _locked_tier(customer)
    if before == tier:
        raise TierNotChanged(f"{customer} is in {CustomerTier(tier).label} already.")
    return _change(customer, before, tier, reason=reason, by=by, now=now)


@transaction.atomic
def follow_revenue(*, customer: Customer, revenue: Decimal, now: datetime) -> TierChange | None:
    """After the annual revenue has changed: a higher tier at once; a lower one is for the owner to decide, once a
    change. What was asked for an earlier revenue is asked no longer."""
    tier, before = fitting_tier(revenue), _locked_tier(customer)
    asked = Task.objects.filter(customer=customer, type=TaskType.TIER_REVIEW, state=TaskState.OPEN)
    close_by_origin(
        origins=[one.origin for one in asked if one.origin], state=TaskState.DROPPED,
        outcome="The annual revenue has changed again.", by=None, now=now,
    )  # fmt: skip
    if tier is None or tier == before:
        return None
    if is_upgrade(before, tier):
        return _change(customer, before, tier, reason=f"Annual revenue of {revenue:,.2f}", by=None, now=now)
    create_tasks(tasks=[_review(customer, before, tier, revenue, now)], by=None, now=now)
    return None


@transaction.atomic
def set_tiers_by_revenue(*, accounts: Iterable[Account], reason: str, now: datetime) -> None:
    """As ``follow_revenue``, for many accounts that are new."""
    begins = dict(TierPolicy.objects.values_list("tier", "from_revenue"))
    fitting = [(one, tier_of(one.annual_revenue, begins)) for one in accounts if one.annual_revenue is not None]
    moved = [(one, tier) for one, tier in fitting if tier and tier != one.customer.tier]
    upwards = [(one, tier) for one, tier in moved if is_upgrade(one.customer.tier, tier)]
    for at in range(0, len(upwards), MAX_BATCH):
        told = {one.customer.external_id: {"tier": tier} for one, tier in upwards[at : at + MAX_BATCH]}
        tell(traits=told, now=now)
    TierChange.objects.bulk_create(
        TierChange(
            customer=one.customer, from_tier=one.customer.tier, to_tier=tier, annual_revenue=one.annual_revenue,
            reason=reason, changed_at=now,
        )
        for one, tier in upwards
    )  # fmt: skip
    reviews = [
        _review(one.customer, one.customer.tier, tier, one.annual_revenue, now)
        for one, tier in moved
        if one.annual_revenue is not None and not is_upgrade(one.customer.tier, tier)
    ]
    create_tasks(tasks=reviews, by=None, now=now)


@transaction.atomic
def note_changed_tiers(*, now: datetime) -> int:
    """Record the tiers that events have changed since the last change on record; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE_ALONE)
        cursor.execute(NOTE_CHANGED_TIERS, {"reason": BY_EVENT, "now": now})
        return cursor.rowcount


def _locked_tier(customer: Customer) -> str | None:
    locks.share_writing()  # before the row, as those who write events do, so that nobody waits in a circle
    return Customer.objects.select_for_update(no_key=True).values_list("tier", flat=True).get(id=customer.id)


def _change(customer: Customer, before: str | None, tier: str, *, reason: str, by: Any, now: datetime) -> TierChange:
    tell(traits={customer.external_id: {"tier": tier}}, now=now)
    customer.tier = tier
    account = getattr(customer, "account", None)
    return TierChange.objects.create(
        customer=customer, from_tier=before, to_tier=tier, annual_revenue=account.annual_revenue if account else None,
        reason=reason, by=by, changed_at=now,
    )  # fmt: skip


def _review(customer: Customer, before: str | None, tier: str, revenue: Decimal, now: datetime) -> NewTask:
    now_in = TIERS.get(before or "", before)
    return NewTask(
        customer=customer,
        type=TaskType.TIER_REVIEW,
        title=f"Review the tier of {customer}",
        notes=f"The annual revenue is {revenue:,.2f} now, which is {CustomerTier(tier).label}; the tier is {now_in}.",
        due_at=now + REVIEW_WITHIN,
        origin=f"tier:{customer.id}:{now.isoformat()}",
    )
