"""The fifteen enums of the customer success program (spec 3), word for word."""

from __future__ import annotations

from django.db.models import TextChoices


class CustomerTier(TextChoices):
    """The highest first."""

    ENTERPRISE = "ENTERPRISE", "Enterprise"
    MID_MARKET = "MID_MARKET", "Mid-market"
    SMALL_BUSINESS = "SMALL_BUSINESS", "Small business"
    TRIAL = "TRIAL", "Trial"


class CustomerStatus(TextChoices):
    """The tags of the lifecycle ``account``."""

    ACTIVE = "ACTIVE", "Active"
    ONBOARDING = "ONBOARDING", "Onboarding"
    AT_RISK = "AT_RISK", "At risk"
    CHURNED = "CHURNED", "Churned"
    PAUSED = "PAUSED", "Paused"


class ChurnRiskLevel(TextChoices):
    LOW = "LOW", "Low"
    MEDIUM = "MEDIUM", "Medium"
    HIGH = "HIGH", "High"
    CRITICAL = "CRITICAL", "Critical"


class HealthLevel(TextChoices):
    POOR = "POOR", "Poor"
    FAIR = "FAIR", "Fair"
    GOOD = "GOOD", "Good"
    EXCELLENT = "EXCELLENT", "Excellent"


class HealthTrend(TextChoices):
    IMPROVING = "IMPROVING", "Improving"
    STABLE = "STABLE", "Stable"
    DECLINING = "DECLINING", "Declining"
    UNKNOWN = "UNKNOWN", "Unknown"


class OnboardingStatus(TextChoices):
    NOT_STARTED = "NOT_STARTED", "Not started"
    IN_PROGRESS = "IN_PROGRESS", "In progress"
    COMPLETED = "COMPLETED", "Completed"
    ON_HOLD = "ON_HOLD", "On hold"
    CANCELLED = "CANCELLED", "Cancelled"


class DataMigrationStatus(TextChoices):
    NOT_STARTED = "NOT_STARTED", "Not started"
    IN_PROGRESS = "IN_PROGRESS", "In progress"
    COMPLETED = "COMPLETED", "Completed"
    FAILED = "FAILED", "Failed"


class SuccessPlanType(TextChoices):
    ONBOARDING = "ONBOARDING", "Onboarding"
    QUARTERLY = "QUARTERLY", "Quarterly"
    ANNUAL = "ANNUAL", "Annual"
    EXPANSION = "EXPANSION", "Expansion"
    RECOVERY = "RECOVERY", "Recovery"


class SuccessPlanStatus(TextChoices):
    DRAFT = "DRAFT", "Draft"
    ACTIVE = "ACTIVE", "Active"
    COMPLETED = "COMPLETED", "Completed"
    ON_HOLD = "ON_HOLD", "On hold"
    CANCELLED = "CANCELLED", "Cancelled"


class MilestoneStatus(TextChoices):
    PENDING = "PENDING", "Pending"
    IN_PROGRESS = "IN_PROGRESS", "In progress"
    COMPLETED = "COMPLETED", "Completed"
    OVERDUE = "OVERDUE", "Overdue"
    CANCELLED = "CANCELLED", "Cancelled"


class MilestonePriority(TextChoices):
    """Of milestones, and of tasks."""

    LOW = "LOW", "Low"
    MEDIUM = "MEDIUM", "Medium"
    HIGH = "HIGH", "High"
    CRITICAL = "CRITICAL", "Critical"


class BusinessReviewType(TextChoices):
    WEEKLY = "WEEKLY", "Weekly"
    MONTHLY = "MONTHLY", "Monthly"
    QUARTERLY = "QUARTERLY", "Quarterly"
    ANNUAL = "ANNUAL", "Annual"
    EXECUTIVE = "EXECUTIVE", "Executive"
    STRATEGIC = "STRATEGIC", "Strategic"


class AdvocacyType(TextChoices):
    CASE_STUDY = "CASE_STUDY", "Case study"
    TESTIMONIAL = "TESTIMONIAL", "Testimonial"
    REFERENCE_CALL = "REFERENCE_CALL", "Reference call"
    SPEAKER_EVENT = "SPEAKER_EVENT", "Speaker event"
    PRESS_RELEASE = "PRESS_RELEASE", "Press release"
    WEBINAR = "WEBINAR", "Webinar"
    USER_GROUP = "USER_GROUP", "User group"
    ADVISORY_BOARD = "ADVISORY_BOARD", "Advisory board"


class AdvocacyStatus(TextChoices):
    PENDING = "PENDING", "Pending"
    REQUESTED = "REQUESTED", "Requested"
    IN_PROGRESS = "IN_PROGRESS", "In progress"
    COMPLETED = "COMPLETED", "Completed"
    DECLINED = "DECLINED", "Declined"
    CANCELLED = "CANCELLED", "Cancelled"


class PeriodType(TextChoices):
    DAILY = "DAILY", "Daily"
    WEEKLY = "WEEKLY", "Weekly"
    MONTHLY = "MONTHLY", "Monthly"
    QUARTERLY = "QUARTERLY", "Quarterly"
    ANNUAL = "ANNUAL", "Annual"
