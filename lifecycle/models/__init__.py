from .append_only import AppendOnly
from .customer import Customer
from .evaluation import (
    Decision,
    Evaluation,
    EvaluationChunk,
    EvaluationKind,
    EvaluationState,
    Recommendation,
    RecommendationState,
    Transition,
)
from .event import CustomerFacts, Event, Order
from .outbox import OutboxMessage, Topic
from .rule import RuleState, TransitionRule
from .status import CustomerStatus, DirtyMark, Lifecycle, NextCheck, StatusTag, TagCategory

__all__ = [
    "AppendOnly",
    "Customer",
    "CustomerFacts",
    "CustomerStatus",
    "Decision",
    "DirtyMark",
    "Evaluation",
    "EvaluationChunk",
    "EvaluationKind",
    "EvaluationState",
    "Event",
    "Lifecycle",
    "NextCheck",
    "Order",
    "OutboxMessage",
    "Recommendation",
    "RecommendationState",
    "RuleState",
    "StatusTag",
    "TagCategory",
    "Topic",
    "Transition",
    "TransitionRule",
]
