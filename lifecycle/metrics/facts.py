"""How events become facts: for each column of ``CustomerFacts``, which events feed it and how.

Every fold gives the same result whatever the order its events arrive in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# Identify carries traits and is no activity of the customer.
IDENTIFY = "identify"

# The number an event carries in ``Event.value``, by event name: the property it comes from.
VALUE_OF = {
    "ORDER_PAID": "amount",
    "assessment_completed": "score",
    "final_assessment_completed": "score",
    "curriculum_progress": "percent",
    "community_contribution": "points",
    "engagement_scored": "score",
}
# Values outside these bounds are refused at ingest; ``None`` is unbounded.
VALUE_RANGE = {
    "ORDER_PAID": (0, None),
    "assessment_completed": (0, 100),
    "final_assessment_completed": (0, 100),
    "curriculum_progress": (0, 100),
    "community_contribution": (0, None),
    "engagement_scored": (0, 100),
}


class How(StrEnum):
    COUNT = "count"
    ORDERS = "orders"  # distinct orders, not paid events: one order may be paid in several
    SUM = "sum"
    MAX = "max"
    FIRST = "first"  # earliest instant
    LAST = "last"  # latest instant
    LATEST = "latest"  # value at the latest instant; at a tie the larger


@dataclass(frozen=True, slots=True)
class Fold:
    """``column`` is fed by the events named ``event``; ``None`` means every event but identify."""

    column: str
    how: How
    event: str | None = None
    at_column: str = ""  # LATEST only: the column that remembers when the value was given


FOLDS = (
    Fold("first_event_at", How.FIRST),
    Fold("last_event_at", How.LAST),
    Fold("last_login_at", How.LAST, "login"),
    Fold("login_count", How.COUNT, "login"),
    Fold("cart_adds", How.COUNT, "ADD_TO_CART"),
    Fold("last_cart_at", How.LAST, "ADD_TO_CART"),
    Fold("order_count", How.ORDERS, "ORDER_PAID"),
    Fold("total_spend", How.SUM, "ORDER_PAID"),
    Fold("first_order_at", How.FIRST, "ORDER_PAID"),
    Fold("last_order_at", How.LAST, "ORDER_PAID"),
    Fold("lessons_completed", How.COUNT, "lesson_completed"),
    Fold("modules_completed", How.COUNT, "module_completed"),
    Fold("assessments_taken", How.COUNT, "assessment_completed"),
    Fold("assessment_score_sum", How.SUM, "assessment_completed"),
    Fold("final_assessment", How.MAX, "final_assessment_completed"),
    Fold("curriculum_completion", How.MAX, "curriculum_progress"),
    Fold("community_contribution", How.SUM, "community_contribution"),
    Fold("engagement_score", How.LATEST, "engagement_scored", at_column="engagement_scored_at"),
)
