"""The closed list of metrics that rules can read: name, type, unit, source, other names.

Facts hold instants and sums, never ages; ``lifecycle.metrics.sources`` says how a value follows from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from lifecycle.rules.traits import PRODUCT_TAGS, PRODUCTS

from .daily import DAYS, SCORE_DAYS, WINDOWS, window_column
from .sources import (
    ENROLLED,
    ENTERED_TAG,
    Attribute,
    Collected,
    DayOf,
    DaysSince,
    Fact,
    Happened,
    Metric,
    Minus,
    Number,
    Ratio,
    Reported,
    SinceEntry,
)

_CODE_BY_PRODUCT = MappingProxyType({name: code for code, name in PRODUCT_TAGS.items()})
_CODE_BY_CODE = MappingProxyType({code: code for code in PRODUCT_TAGS})

HEALTH_LEVELS = ("EXCELLENT", "GOOD", "FAIR", "POOR")
HEALTH_TRENDS = ("IMPROVING", "STABLE", "DECLINING", "UNKNOWN")


def _count(name: str, label: str, description: str, *other_names: str) -> Metric:
    return Metric(name, "number", "", Fact(name), label, description, other_names)


def _percent(name: str, label: str, description: str, *other_names: str) -> Metric:
    return Metric(name, "number", "%", Fact(name), label, description, other_names)


def _window(name: str, days: int) -> Collected:
    return Collected(window_column(name, days))


def _before(name: str, days: int, until: int) -> Minus:
    """The part of a window of ``days`` that lies before the last ``until`` days."""
    return Minus(_window(name, days), _window(name, until))


def _windows(name: str, **other_names: str) -> tuple[Metric, ...]:
    """The sums of a window over 7, 14 and 30 days; ``other_names``: by ``last_7d``, words set apart by spaces."""
    window = next(window for window in WINDOWS if window.name == name)
    return tuple(
        Metric(
            window_column(name, days), "number", window.unit, _window(name, days),
            f"{window.label} in the last {days} days",
            f"{window.label[:1].upper()}{window.label[1:]} in the {days} complete days before today.",
            tuple(other_names.get(f"last_{days}d", "").split()),
        )
        for days in DAYS
    )  # fmt: skip


def _score(name: str, label: str) -> Metric:
    return Metric(
        name, "number", "", Collected(name), label,
        f"Mean of the {label}s of the last {SCORE_DAYS} days, 0 to 100; a day without activity counts 0.",
    )  # fmt: skip


def _change(now: Number, before: Number) -> Ratio:
    """How much more than before, in per cent."""
    return Ratio(Minus(now, before), before, times=100)


def _days(name: str, instant: str, label: str, description: str, *other_names: str) -> Metric:
    return Metric(name, "number", "days", DaysSince(instant), label, description, other_names)


# By what they speak of; a metric stands in one group.
GROUPS: Mapping[str, tuple[Metric, ...]] = MappingProxyType({
    "Buying": (
        _count("order_count", "number of orders", "Paid orders in all; several payments of one order count once."),
        Metric(
            "total_spend", "number", "", Fact("total_spend"), "total spend",
            "Sum of the amounts of all paid orders, in the shop's currency.", ("ltv_value", "ltv_score", "ltv"),
        ),
        Metric(
            "average_order_value", "number", "", Ratio(Fact("total_spend"), Fact("order_count")), "average order value",
            "Total spend divided by the number of orders; missing before the first order.",
        ),
        _days("days_since_order", "last_order_at", "days since the last order", "Complete days since the last paid order; missing before the first.",
              "days_since_last_order"),
        Metric(
            "first_order_on", "date", "", DayOf("first_order_at"), "day of the first order", "UTC day of the earliest paid order.",
        ),
        Metric(
            "last_order_on", "date", "", DayOf("last_order_at"), "day of the last order", "UTC day of the latest paid order.",
            ("last_order_date",),
        ),
        Metric(
            "has_ordered_since_entry", "boolean", "", SinceEntry("last_order_at"), "has ordered since entering the tag",
            "A paid order happened after the customer entered the current tag.",
        ),
        _count("cart_adds", "additions to the cart", "How often something was put into the cart."),
        _days("days_since_cart", "last_cart_at", "days since the last addition to the cart",
              "Complete days since something was last put into the cart; missing if never."),
    ),
    "Presence": (
        _days("days_since_login", "last_login_at", "days since the last login",
              "Complete days since the last login; missing before the first.", "days_since_last_login"),
        _count("login_count", "number of logins", "Logins in all."),
        _days("days_since_activity", "last_event_at", "days since the last activity",
              "Complete days since the customer last did anything; missing if it never did.", "days_since_last_activity"),
        _days("days_since_first_activity", "first_event_at", "days since the first activity",
              "Complete days since the earliest activity."),
        _days("days_since_enrollment", ENROLLED, "days since enrollment",
              "Complete days since the latest event enrolled; without one, since the first activity."),
        Metric(
            "has_enrolled_since_entry", "boolean", "", SinceEntry("last_enrolled_at"), "has enrolled since entering the tag",
            "The customer enrolled, or enrolled again, after it entered the current tag.",
        ),
        Metric(
            "has_been_active_since_entry", "boolean", "", SinceEntry("last_event_at"), "has been active since entering the tag",
            "Any activity happened after the customer entered the current tag.",
        ),
        _days("days_in_tag", ENTERED_TAG, "days in the current tag",
              "Complete days since the customer entered the current tag; counted from the first activity for the first tag."),
    ),
    "Learning": (
        _count("lessons_completed", "lessons completed", "Lessons completed in all."),
        _count("modules_completed", "modules completed", "Modules completed in all.", "completed_modules"),
        _count("assessments_taken", "assessments taken", "Assessments taken in all."),
        Metric(
            "assessment_avg_score", "number", "%", Ratio(Fact("assessment_score_sum"), Fact("assessments_taken")), "mean assessment score",
            "Mean score of all assessments; missing before the first.", ("assessment_score_avg", "assessment_average_score"),
        ),
        _percent("final_assessment", "final assessment score", "Best final assessment; missing before the first.", "final_assessment_score"),
        _percent("curriculum_completion", "curriculum completion", "Share of the curriculum completed, as last reported at its highest; missing until reported.",
                 "curriculum_completion_rate"),
        _count("community_contribution", "community contribution points", "Points for contributions to the community, in all.", "community_contribution_score"),
        Metric(
            "practical_projects_submitted", "number", "", Fact("projects_submitted"), "projects submitted",
            "Practical projects handed in, in all.", ("projects_submitted",),
        ),
        Metric(
            "real_world_project_approved", "boolean", "", Happened("last_project_approved_at"), "has an approved project",
            "A real-world project of the customer was approved.",
        ),
        Metric(
            "milestones_completed", "number", "", Collected("milestones_completed", is_lifelong=True),
            "milestones completed",
            "Weeks of the curriculum, of six, whose module is completed.",
        ),
    ),
    "Scores of the last days": (
        _score("engagement_score", "engagement score"),
        _score("progress_score", "progress score"),
        _score("community_score", "community score"),
        _score("overall_health_score", "overall health score"),
        Metric(
            "risk_indicator_count", "number", "", Collected("risk_indicator_count"), "risk indicators",
            "How many of the four risk indicators the latest day with activity showed, of the last 7 days; 0 if there was none.",
        ),
    ),
    "Last 7, 14 and 30 days": (
        *_windows("logins", last_7d="login_frequency_last_7days"),
        *_windows("sessions"),
        *_windows("session_minutes"),
        *_windows("lessons_started"),
        *_windows("lessons_completed", last_7d="lesson_completion_last_7days"),
        *_windows("modules_completed"),
        *_windows("assessments_taken"),
        *_windows("assignments_submitted"),
        *_windows("community_engagement", last_7d="community_engagement_last_7days", last_14d="community_engagement_last_14days"),
        *_windows("feedback"),
        Metric(
            "lesson_completion_rate_last_14d", "number", "%",
            Ratio(_window("lessons_completed", 14), _window("lessons_started", 14), times=100),
            "lesson completion rate of the last 14 days",
            "Lessons completed per lesson started in the 14 complete days before today; missing if none was started.",
            ("lesson_completion_rate_last_14days",),
        ),
    ),
    "Early warnings": (
        Metric(
            "login_frequency_change", "number", "%", _change(_window("logins", 7), _before("logins", 14, 7)),
            "change of the login frequency",
            "Logins of the last 7 days against the 7 days before; -50% is half as many. Missing if there were none before.",
        ),
        Metric(
            "session_time_change", "number", "%",
            _change(
                Ratio(_window("session_minutes", 7), _window("sessions", 7)),
                Ratio(_before("session_minutes", 14, 7), _before("sessions", 14, 7)),
            ),
            "change of the time per session",
            "Minutes per session of the last 7 days against the 7 days before. Missing without sessions in both.",
        ),
        _days("days_since_community", "last_community_at", "days since the last contribution to the community",
              "Complete days since the last forum post, comment, question or answer; missing if there never was one."),
        Metric(
            "sentiment_last_30d", "number", "", Ratio(_window("sentiment_sum", 30), _window("feedback", 30)), "sentiment of the last 30 days",
            "Mean sentiment of the feedback given in the 30 days before today, -1 to 1; missing without feedback.",
        ),
        Metric(
            "unresolved_tickets", "number", "", Minus(Fact("tickets_opened"), Fact("tickets_resolved")), "unresolved tickets",
            "Support tickets opened and not resolved.",
        ),
        Metric(
            "support_satisfaction_score", "number", "", Fact("support_satisfaction_score"), "support satisfaction",
            "The latest rating of the support, 1 to 5; missing until one was given.",
        ),
        Metric(
            "assessment_score_change", "number", "points",
            Minus(
                Ratio(_window("assessment_score_sum", 14), _window("assessments_taken", 14)),
                Ratio(_before("assessment_score_sum", 30, 14), _before("assessments_taken", 30, 14)),
            ),
            "change of the assessment scores",
            "Mean assessment score of the last 14 days minus that of the 16 days before. Missing without assessments in both.",
        ),
        Metric(
            "reengagement_campaign_response", "boolean", "", SinceEntry("last_response_at"), "has responded to a campaign since entering the tag",
            "The customer responded to a campaign after it entered the current tag.",
        ),
    ),
    "Health": (
        Metric(
            "health_score", "number", "", Reported("health_score"), "health score",
            "The health score in force, 0 to 100; missing while the customer has none.",
        ),
        Metric(
            "health_level", "text", "", Reported("health_level", HEALTH_LEVELS), "health level",
            "The band that the health score lies in.",
        ),
        Metric(
            "health_trend", "text", "", Reported("health_trend", HEALTH_TRENDS), "health trend",
            "The health score against that of 30 days before; UNKNOWN while there is none to compare with.",
        ),
        Metric(
            "health_change", "number", "points", Reported("health_change"), "change of the health score",
            "Points since the health score before; missing at the first.",
        ),
    ),
    "Customer": (
        Metric(
            "customer_tier", "text", "", Attribute("product_tag", _CODE_BY_PRODUCT), "product",
            "The name of the customer's product tag: Pro, Enterprise or Freemium.",
        ),
        Metric(
            "product_tag", "text", "", Attribute("product_tag", _CODE_BY_CODE), "product tag", f"{PRODUCTS}.",
        ),
        Metric("plan", "text", "", Attribute("plan"), "plan", "The plan the customer subscribes to, as the identify events name it."),
        Metric("service_tier", "text", "", Attribute("tier"), "service tier", "The customer's service level.", ("tier",)),
        Metric(
            "account_status", "text", "", Attribute("account_status"), "account status",
            "The state of the customer's account, as the identify events name it, such as active or cancelled.",
        ),
        Metric("email", "text", "", Attribute("email"), "email address", "The customer's email address."),
    ),
})  # fmt: skip
METRICS: tuple[Metric, ...] = tuple(metric for group in GROUPS.values() for metric in group)


def _by_name(metrics: Iterable[Metric]) -> Mapping[str, Metric]:
    names: dict[str, Metric] = {}
    for metric in metrics:
        for name in (metric.name, *metric.other_names):
            if name in names:
                raise ValueError(f"two metrics are called {name}")
            names[name] = metric
    return MappingProxyType(names)


# Every accepted name, other names included.
CATALOGUE: Mapping[str, Metric] = _by_name(METRICS)
