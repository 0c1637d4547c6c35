"""What people say of recommendations, and what that says of the rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from lifecycle.models import CustomerStatus, DirtyMark, Recommendation, RecommendationState, RuleTrust, Transition
from lifecycle.queries import still_holds

from .transitions import MAX_REASON, TransitionNotAllowed, override_tag


@transaction.atomic
def approve(*, recommendation: Recommendation, by: Any, now: datetime, note: str = "") -> Transition | None:
    """Make the move that was recommended.

    ``None`` if the customer has left the tag or the rule no longer holds: the recommendation is superseded and nobody
    moves. Raises ``TransitionNotAllowed``.
    """
    # The status first, then what waits for it: the order in which evaluations take them.
    statuses = CustomerStatus.objects.select_for_update(of=("self",), no_key=True)
    status = statuses.get(customer=recommendation.customer_id, lifecycle=recommendation.lifecycle_id)
    recommendation = _pending(recommendation)
    if status.tag_id != recommendation.from_tag_id or not still_holds(recommendation, as_of=now):
        _close(recommendation, RecommendationState.SUPERSEDED, by, now, note)
        return None
    _close(recommendation, RecommendationState.APPROVED, by, now, note)
    _count(recommendation, "approved")
    return override_tag(
        customer=recommendation.customer,
        to_tag=recommendation.rule.to_tag,
        seen_tag=recommendation.from_tag,
        reason=f"Approved: {recommendation.rule.name}",
        notes=recommendation.note,
        approved=recommendation,
        by=by,
        now=now,
    )


@transaction.atomic
def reject(*, recommendation: Recommendation, by: Any, now: datetime, note: str = "") -> None:
    """Say no; the rule leaves the customer alone while it stays in its tag. Raises ``TransitionNotAllowed``."""
    statuses = CustomerStatus.objects.filter(customer=recommendation.customer_id, lifecycle=recommendation.lifecycle_id)
    statuses.update(version=F("version") + 1)  # an evaluation that decided before must not ask again
    recommendation = _pending(recommendation)
    _close(recommendation, RecommendationState.REJECTED, by, now, note)
    _count(recommendation, "rejected")
    DirtyMark.objects.create(lifecycle_id=recommendation.lifecycle_id, customer_id=recommendation.customer_id)


@transaction.atomic
def snooze(*, recommendation: Recommendation, until: datetime, by: Any, now: datetime, note: str = "") -> None:
    """Put the decision off; it leaves the queue until then. Raises ``TransitionNotAllowed``."""
    if until <= now:
        raise TransitionNotAllowed("A decision can be put off only until an instant in the future.")
    recommendation = _pending(recommendation)
    recommendation.snoozed_until, recommendation.note = until, _checked(note)
    recommendation.save()


def _pending(recommendation: Recommendation) -> Recommendation:
    locked = Recommendation.objects.select_for_update().get(id=recommendation.id)
    if locked.state != RecommendationState.PENDING:
        raise TransitionNotAllowed(f"The recommendation is {locked.get_state_display().lower()} already.")
    return locked


def _close(recommendation: Recommendation, state: str, by: Any, now: datetime, note: str) -> None:
    recommendation.state, recommendation.decided_by, recommendation.decided_at = state, by, now
    recommendation.note = _checked(note) or recommendation.note
    recommendation.save()


def _count(recommendation: Recommendation, column: str) -> None:
    RuleTrust.objects.get_or_create(rule_id=recommendation.rule_id)
    RuleTrust.objects.filter(rule_id=recommendation.rule_id).update(**{column: F(column) + 1})


def _checked(note: str) -> str:
    note = note.strip()
    if len(note) > MAX_REASON or "\x00" in note:
        raise TransitionNotAllowed(f"A note may have {MAX_REASON} characters, and no NUL.")
    return note
