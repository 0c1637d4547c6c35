"""How events become facts: for each column of ``CustomerFacts``, which events feed it and how.

Every fold gives the same result whatever the order its events arrive in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

IDENTIFY = "identify"
# What others do or say about a customer is no activity of the customer.
PASSIVE = frozenset({IDENTIFY, "project_approved", "ticket_resolved"})

# The number an event carries in ``Event.value``, by event name: the property it comes from.
VALUE_OF = {
    "ORDER_PAID": "amount",
    "assessment_completed": "score",
    "final_assessment_completed": "score",
    "curriculum_progress": "percent",
    "community_contribution": "points",
    "feedback": "sentiment",
    "support_rated": "score",
}
# Values outside these bounds are refused at ingest; ``None`` is unbounded.
VALUE_RANGE = {
    "ORDER_PAID": (0, None),
    "assessment_completed": (0, 100),
    "final_assessment_completed": (0, 100),
    "curriculum_progress": (0, 100),
    "community_contribution": (0, None),
    "feedback": (-1, 1),
    "support_rated": (1, 5),
}
# What a contribution to the community counts for, in points; weights of the community score of a day.
POINTS = {"forum_post": 15, "comment": 10, "question": 20, "answer": 25}
COMMUNITY = tuple(POINTS)


class How(StrEnum):
    COUNT = "count"
    ORDERS = "orders"  # distinct orders, not paid events: one order may be paid in several
    SUM = "sum"
    POINTS = "points"  # sum of the values where the event carries one, of ``POINTS`` for the others
    MAX = "max"
    FIRST = "first"  # earliest instant
    LAST = "last"  # latest instant
    LATEST = "latest"  # value at the latest instant; at a tie the larger


@dataclass(frozen=True, slots=True)
class Fold:
    """``column`` is fed by the events named; none named means every activity."""

    column: str
    how: How
    events: tuple[str, ...] = ()
    at_column: str = ""  # LATEST only: the column that remembers when the value was given


FOLDS = (
    Fold("first_event_at", How.FIRST),
    Fold("last_event_at", How.LAST),
    Fold("last_login_at", How.LAST, ("login",)),
    Fold("login_count", How.COUNT, ("login",)),
    Fold("cart_adds", How.COUNT, ("ADD_TO_CART",)),
    Fold("last_cart_at", How.LAST, ("ADD_TO_CART",)),
    Fold("order_count", How.ORDERS, ("ORDER_PAID",)),
    Fold("total_spend", How.SUM, ("ORDER_PAID",)),
    Fold("first_order_at", How.FIRST, ("ORDER_PAID",)),
    Fold("last_order_at", How.LAST, ("ORDER_PAID",)),
    Fold("lessons_completed", How.COUNT, ("lesson_completed",)),
    Fold("modules_completed", How.COUNT, ("module_completed",)),
    Fold("assessments_taken", How.COUNT, ("assessment_completed",)),
    Fold("assessment_score_sum", How.SUM, ("assessment_completed",)),
    Fold("final_assessment", How.MAX, ("final_assessment_completed",)),
    Fold("curriculum_completion", How.MAX, ("curriculum_progress",)),
    Fold("community_contribution", How.POINTS, ("community_contribution", *COMMUNITY)),
    Fold("last_community_at", How.LAST, COMMUNITY),
    Fold("last_enrolled_at", How.LAST, ("enrolled",)),
    Fold("projects_submitted", How.COUNT, ("project_submitted",)),
    Fold("last_project_approved_at", How.LAST, ("project_approved",)),
    Fold("tickets_opened", How.COUNT, ("ticket_opened",)),
    Fold("tickets_resolved", How.COUNT, ("ticket_resolved",)),
    Fold("support_satisfaction_score", How.LATEST, ("support_rated",), at_column="support_rated_at"),
    Fold("last_response_at", How.LAST, ("campaign_responded",)),
)
