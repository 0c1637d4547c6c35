from .append_only import AppendOnly
from .automation import ReviewPolicy, RuleTrust, Switch, SwitchKind
from .backtest import BacktestRun, BacktestState
from .customer import ERASED, Customer, name_once_erased
from .evaluation import (
    REPLAYS,
    Decision,
    Evaluation,
    EvaluationChunk,
    EvaluationKind,
    EvaluationState,
    Recommendation,
    RecommendationState,
    ReviewReason,
    ShadowDecision,
    Transition,
)
from .event import CustomerFacts, Event, Order
from .feed import Feed, RuleHold
from .history_check import HistoryCheck
from .learning import CollectedMetrics, Collection, DailyMetrics, MilestoneProgress, MilestoneStatus, Trend
from .notice import Notice, NoticePriority, Team
from .outbox import EventListener, OutboxCursor, OutboxMessage, Topic
from .reported import ReportedChange, ReportedMetrics
from .rollback import LeftAlone, Rollback, RolledBack
from .rule import RuleState, TransitionRule
from .status import (
    FOREVER,
    AutoTransition,
    CustomerStatus,
    DirtyMark,
    Lifecycle,
    ManualMove,
    NextCheck,
    Pin,
    StatusTag,
    Synergy,
    TagCategory,
    TagColour,
)

__all__ = [
    "ERASED", "FOREVER", "REPLAYS", "AppendOnly", "AutoTransition", "BacktestRun", "BacktestState",
    "CollectedMetrics", "Collection", "Customer", "CustomerFacts", "CustomerStatus", "DailyMetrics", "Decision",
    "DirtyMark", "Evaluation", "EvaluationChunk", "EvaluationKind", "EvaluationState", "Event", "EventListener",
    "Feed", "HistoryCheck", "LeftAlone", "Lifecycle", "ManualMove", "MilestoneProgress", "MilestoneStatus",
    "NextCheck", "Notice", "NoticePriority", "Order", "OutboxCursor", "OutboxMessage", "Pin", "Recommendation",
    "RecommendationState", "ReportedChange", "ReportedMetrics", "ReviewPolicy", "ReviewReason", "Rollback",
    "RolledBack", "RuleHold", "RuleState", "RuleTrust", "ShadowDecision", "StatusTag", "Switch", "SwitchKind",
    "Synergy", "TagCategory", "TagColour", "Team", "Topic", "Transition", "TransitionRule", "Trend",
    "name_once_erased",
]  # fmt: skip
