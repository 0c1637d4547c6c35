"""Moves that people make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet

from lifecycle.models import (
    FOREVER,
    Customer,
    CustomerFacts,
    CustomerStatus,
    DirtyMark,
    Lifecycle,
    Notice,
    OutboxMessage,
    Pin,
    Recommendation,
    RecommendationState,
    RuleTrust,
    StatusTag,
    TagCategory,
    Team,
    Topic,
    Transition,
)
from lifecycle.queries import stopped, targets_by_hand
from lifecycle.rules.calendar import end_of, last_complete_day
from lifecycle.rules.confidence import REVERTED_WITHIN_DAYS
from lifecycle.sql import statements

from .defaults import enroll_everybody

MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class PinUntil:
    """How long a move by hand holds; ``None``: until released."""

    until: datetime | None


class TransitionNotAllowed(ValueError):
    """The move was not made; the message says why."""


@transaction.atomic
def override_tag(
    *,
    customer: Customer,
    to_tag: StatusTag,
    seen_tag: StatusTag | None,
    reason: str,
    by: Any,
    now: datetime,
    notes: str = "",
    approved: Recommendation | None = None,
    pin: PinUntil | None = None,
) -> Transition:
    """Move a customer by hand, whatever the rules say, as far as the lifecycle lets people make the move.

    ``seen_tag`` is the tag that the person saw: if the customer has moved since, nothing happens. An ``approved``
    recommendation goes where its rule leads, and leaves its rule version and its evidence in the history. With a
    ``pin`` the move holds against automation. Raises ``TransitionNotAllowed``.
    """
    reason = _checked(reason, notes)
    _require_status_tags_on(to_tag.lifecycle)
    status = _locked_status(customer, to_tag.lifecycle)
    if status.tag_id != (seen_tag.id if seen_tag else None):
        raise TransitionNotAllowed(
            f"{customer} has moved to {status.tag or 'no tag'} meanwhile; look again before you decide."
        )
    if status.tag_id == to_tag.id:
        raise TransitionNotAllowed(f"{customer} is in {to_tag.code} already.")
    if approved is None:
        _require_allowed(seen_tag, to_tag)
    _enter(status, to_tag, now)
    if approved is None:
        _count_reverted(customer, seen_tag, to_tag, now)
    transition = _record(customer, seen_tag, to_tag, reason=reason, notes=notes, approved=approved, by=by, now=now)
    if pin:
        pin_customer(customer=customer, lifecycle=to_tag.lifecycle, until=pin.until, reason=reason, by=by, now=now)
    return transition


@transaction.atomic
def leave_for_good(*, customer: Customer, reason: str, by: Any, now: datetime) -> None:
    """Move a customer out of each lifecycle, into its churned tag if it has one, and hold it there against automation.

    Whatever people may do by hand, and whatever is switched off.
    """
    statuses = CustomerStatus.objects.filter(customer=customer).order_by("lifecycle").select_for_update(of=("self",))
    for status in statuses.select_related("tag", "lifecycle"):
        last, before = status.lifecycle.tags.filter(category=TagCategory.CHURNED).first(), status.tag
        if last is not None and last != before:
            _enter(status, last, now)
            _record(customer, before, last, reason=reason, notes="", approved=None, by=by, now=now)
        pin_customer(customer=customer, lifecycle=status.lifecycle, until=None, reason=reason, by=by, now=now)


@transaction.atomic
def pin_customer(
    *, customer: Customer, lifecycle: Lifecycle, until: datetime | None, reason: str, by: Any, now: datetime
) -> Pin:
    """Hold a customer in its tag against automation, until an instant or until it is released.

    Takes the place of an earlier pin. Raises ``TransitionNotAllowed``.
    """
    reason = _checked(reason)
    if until is not None and until <= now:
        raise TransitionNotAllowed("A pin has to end in the future.")
    status = _locked_status(customer, lifecycle)
    _open_pins(customer, lifecycle).update(released_at=now, released_by=by)
    pin = Pin.objects.create(
        customer=customer, lifecycle=lifecycle, until=until, reason=reason, pinned_at=now, pinned_by=by
    )
    # A new version: an evaluation that decided before must not move the customer any more.
    CustomerStatus.objects.filter(id=status.id).update(pinned_until=until or FOREVER, version=F("version") + 1)
    DirtyMark.objects.create(lifecycle=lifecycle, customer_id=customer.id)  # plans the check at the pin's end
    return pin


@transaction.atomic
def release_pin(*, customer: Customer, lifecycle: Lifecycle, by: Any, now: datetime) -> None:
    """Let automation move the customer again. Raises ``TransitionNotAllowed`` where nothing is pinned."""
    status = _locked_status(customer, lifecycle)
    if not _open_pins(customer, lifecycle).update(released_at=now, released_by=by):
        raise TransitionNotAllowed(f"{customer} is not pinned in “{lifecycle}”.")
    CustomerStatus.objects.filter(id=status.id).update(pinned_until=None)
    DirtyMark.objects.create(lifecycle=lifecycle, customer_id=customer.id)


@transaction.atomic
def initialize(
    *, lifecycle: Lifecycle, tag: StatusTag, now: datetime, reason: str, customers: list[int] | None = None
) -> int:
    """Give every customer without a tag in a lifecycle this one, except who is pinned there; returns how many.

    ``customers``: only to those of these ids.

    The history says that the system did it. Raises ``TransitionNotAllowed``.
    """
    if why := stopped(lifecycle):
        raise TransitionNotAllowed(why)
    enroll_everybody(lifecycle=lifecycle)
    with connection.cursor() as cursor:
        times: dict[str, Any] = {"now": now, "day_end": end_of(last_complete_day(now))}
        what: dict[str, Any] = {
            "lifecycle": lifecycle.id,
            "tag": tag.id,
            "reason": _checked(reason),
            "customers": customers,
        }
        cursor.execute(statements.INITIALIZE, {**times, **what})
        return int(cursor.fetchone()[0])


def _checked(reason: str, notes: str = "") -> str:
    reason = reason.strip()
    if not reason:
        raise TransitionNotAllowed("A reason is needed; it stands in the customer's history.")
    if len(reason) > MAX_REASON:
        raise TransitionNotAllowed(f"The reason has {len(reason)} characters; it may have {MAX_REASON}.")
    if "\x00" in reason + notes:
        raise TransitionNotAllowed("Reason and notes must not contain the NUL character.")
    return reason


def _require_status_tags_on(lifecycle: Lifecycle) -> None:
    if why := stopped(lifecycle, by_hand=True):
        raise TransitionNotAllowed(why)


def _require_allowed(from_tag: StatusTag | None, to_tag: StatusTag) -> None:
    allowed = targets_by_hand(to_tag.lifecycle, from_tag)
    if to_tag not in allowed:
        start = from_tag.name if from_tag else "no tag"
        raise TransitionNotAllowed(
            f"From {start} people may not move customers to {to_tag.name} in “{to_tag.lifecycle}”; "
            f"allowed: {', '.join(tag.name for tag in allowed) or 'nothing'}. "
            "Who may change the lifecycle can change that under Moves by hand."
        )


def _enter(status: CustomerStatus, to_tag: StatusTag, now: datetime) -> None:
    last_event = CustomerFacts.objects.values_list("last_event_at", flat=True).get(customer=status.customer_id)
    day_end = end_of(last_complete_day(now))
    status.previous_tag, status.tag = status.tag, to_tag
    status.entered_at, status.version = now, status.version + 1
    status.seen_until = max(day_end, last_event) if last_event else day_end
    status.save()


def _open_pins(customer: Customer, lifecycle: Lifecycle) -> QuerySet[Pin]:
    return Pin.objects.filter(customer=customer, lifecycle=lifecycle, released_at=None)


def _count_reverted(customer: Customer, from_tag: StatusTag | None, to_tag: StatusTag, now: datetime) -> None:
    """A move that a person undoes within 14 days speaks against the rule that made it."""
    last = Transition.objects.filter(customer=customer, lifecycle_id=to_tag.lifecycle_id).order_by("-id").first()
    if (
        last is None
        or last.rule_id is None
        or (last.from_tag_id, last.to_tag_id) != (to_tag.id, from_tag.id if from_tag else None)
        or last.applied_at < now - timedelta(days=REVERTED_WITHIN_DAYS)
    ):
        return
    trust = RuleTrust.objects.filter(rule_id=last.rule_id)
    trust.update(reverted=F("reverted") + 1)
    if last.by_id is not None:  # it had been approved
        trust.filter(approved__gt=0).update(approved=F("approved") - 1)


def _locked_status(customer: Customer, lifecycle: Lifecycle) -> CustomerStatus:
    found = CustomerStatus.objects.select_for_update(of=("self",)).select_related("tag")
    try:
        return found.get(customer=customer, lifecycle=lifecycle)
    except CustomerStatus.DoesNotExist:
        raise TransitionNotAllowed(f"{customer} has no status in this lifecycle yet; evaluate it once.") from None


def _record(
    customer: Customer,
    from_tag: StatusTag | None,
    to_tag: StatusTag,
    *,
    reason: str,
    notes: str,
    approved: Recommendation | None,
    by: Any,
    now: datetime,
) -> Transition:
    transition = Transition.objects.create(
        lifecycle_id=to_tag.lifecycle_id,
        customer=customer,
        from_tag=from_tag,
        to_tag=to_tag,
        applied_at=now,
        recorded_at=now,
        by=by,
        reason=reason,
        notes=notes,
        rule_id=approved.rule_id if approved else None,
        evaluation_id=approved.evaluation_id if approved else None,
        evidence=approved.evidence if approved else {},
    )
    if approved and approved.rule.notification:
        _tell(transition, approved.rule.notification, now)
    OutboxMessage.objects.create(topic=Topic.TRANSITION, customer=customer, subject_id=transition.id, created_at=now)
    Recommendation.objects.filter(
        customer=customer, lifecycle_id=to_tag.lifecycle_id, state=RecommendationState.PENDING
    ).update(state=RecommendationState.SUPERSEDED, decided_at=now, decided_by=by)
    # The rules of the new tag get their say, and its next check its date.
    DirtyMark.objects.create(lifecycle_id=to_tag.lifecycle_id, customer_id=customer.id)
    return transition


def _tell(transition: Transition, notification: dict[str, str], now: datetime) -> None:
    team = Team.objects.filter(code=notification["team"]).first()
    if team is not None:
        Notice.objects.create(
            team=team, priority=notification["priority"], customer_id=transition.customer_id, transition=transition,
            created_at=now,
        )  # fmt: skip
