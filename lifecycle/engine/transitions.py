"""Moves that people make."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from lifecycle.models import (
    Customer,
    CustomerFacts,
    CustomerStatus,
    DirtyMark,
    OutboxMessage,
    Recommendation,
    RecommendationState,
    StatusTag,
    Topic,
    Transition,
)
from lifecycle.rules.calendar import end_of, last_complete_day

MAX_REASON = 500


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
) -> Transition:
    """Move a customer by hand, whatever the rules say.

    ``seen_tag`` is the tag that the person saw: if the customer has moved since, nothing happens. An ``approved``
    recommendation leaves its rule version and its evidence in the history.
    Raises ``TransitionNotAllowed``.
    """
    reason = reason.strip()
    if not reason:
        raise TransitionNotAllowed("A reason is needed; it stands in the customer's history.")
    if len(reason) > MAX_REASON:
        raise TransitionNotAllowed(f"The reason has {len(reason)} characters; it may have {MAX_REASON}.")
    if "\x00" in reason + notes:
        raise TransitionNotAllowed("Reason and notes must not contain the NUL character.")
    status = _locked_status(customer, to_tag)
    if status.tag_id != (seen_tag.id if seen_tag else None):
        raise TransitionNotAllowed(
            f"{customer} has moved to {status.tag or 'no tag'} meanwhile; look again before you decide."
        )
    if status.tag_id == to_tag.id:
        raise TransitionNotAllowed(f"{customer} is in {to_tag.code} already.")
    last_event = CustomerFacts.objects.values_list("last_event_at", flat=True).get(customer=customer)
    status.tag, status.entered_at, status.version = to_tag, now, status.version + 1
    day_end = end_of(last_complete_day(now))
    status.seen_until = max(day_end, last_event) if last_event else day_end
    status.save()
    return _record(customer, seen_tag, to_tag, reason=reason, notes=notes, approved=approved, by=by, now=now)


def _locked_status(customer: Customer, to_tag: StatusTag) -> CustomerStatus:
    found = CustomerStatus.objects.select_for_update(of=("self",)).select_related("tag")
    try:
        return found.get(customer=customer, lifecycle=to_tag.lifecycle_id)
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
    OutboxMessage.objects.create(topic=Topic.TRANSITION, customer=customer, subject_id=transition.id, created_at=now)
    Recommendation.objects.filter(
        customer=customer, lifecycle_id=to_tag.lifecycle_id, state=RecommendationState.PENDING
    ).update(state=RecommendationState.SUPERSEDED, decided_at=now, decided_by=by)
    # The rules of the new tag get their say, and its next check its date.
    DirtyMark.objects.create(lifecycle_id=to_tag.lifecycle_id, customer_id=customer.id)
    return transition
