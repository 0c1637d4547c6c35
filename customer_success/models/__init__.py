from .account import Account, IntegrationStatus, Judgement, Stakeholder, StakeholderRole, SuccessProfile, ValueMetric
from .choices import (
    AdvocacyStatus,
    AdvocacyType,
    BusinessReviewType,
    ChurnRiskLevel,
    CustomerStatus,
    CustomerTier,
    DataMigrationStatus,
    HealthLevel,
    HealthTrend,
    MilestonePriority,
    MilestoneStatus,
    OnboardingStatus,
    PeriodType,
    SuccessPlanStatus,
    SuccessPlanType,
)
from .task import Task, TaskState, TaskType
from .tier import TierChange, TierPolicy

__all__ = [
    "Account", "AdvocacyStatus", "AdvocacyType", "BusinessReviewType", "ChurnRiskLevel", "CustomerStatus",
    "CustomerTier", "DataMigrationStatus", "HealthLevel", "HealthTrend", "IntegrationStatus", "Judgement",
    "MilestonePriority", "MilestoneStatus", "OnboardingStatus", "PeriodType", "Stakeholder", "StakeholderRole",
    "SuccessPlanStatus", "SuccessPlanType", "SuccessProfile", "Task", "TaskState", "TaskType", "TierChange",
    "TierPolicy", "ValueMetric",
]  # fmt: skip
