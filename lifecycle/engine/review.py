"""What people say of recommendations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from lifecycle.models import CustomerStatus, Recommendation, RecommendationState, Transition

from .transitions import TransitionNotAllowed, override_tag


@transaction.atomic
def approve(*, recommendation: Recommendation, by: Any, now: datetime) -> Transition | None:
    """Make the move that was recommended; ``None`` if the customer has left the tag, which supersedes it."""
    # The status first, then what waits for it: the order in which evaluations take them.
    statuses = CustomerStatus.objects.select_for_update(of=("self",), no_key=True)
    status = statuses.get(customer=recommendation.customer_id, lifecycle=recommendation.lifecycle_id)
    recommendation = _pending(recommendation)
    if status.tag_id != recommendation.from_tag_id:
        _close(recommendation, RecommendationState.SUPERSEDED, by, now)
        return None
    _close(recommendation, RecommendationState.APPROVED, by, now)
    return override_tag(
        customer=recommendation.customer,
        to_tag=recommendation.rule.to_tag,
        seen_tag=recommendation.from_tag,
        reason=f"Approved: {recommendation.rule.name}",
        approved=recommendation,
        by=by,
        now=now,
    )


@transaction.atomic
def reject(*, recommendation: Recommendation, by: Any, now: datetime) -> None:
    """Say no; the customer stays where it is."""
    _close(_pending(recommendation), RecommendationState.REJECTED, by, now)


def _pending(recommendation: Recommendation) -> Recommendation:
    locked = Recommendation.objects.select_for_update().get(id=recommendation.id)
    if locked.state != RecommendationState.PENDING:
        raise TransitionNotAllowed(f"The recommendation is {locked.get_state_display().lower()} already.")
    return locked


def _close(recommendation: Recommendation, state: str, by: Any, now: datetime) -> None:
    recommendation.state, recommendation.decided_by, recommendation.decided_at = state, by, now
    recommendation.save()
