"""What the status tags dashboard asks: where customers are, how they moved, who is at risk, what automation did.

Everybody's answers are kept for a while; those of a portfolio are asked each time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from analytics.rules.periods import Period
from analytics.rules.stages import RISK, counted, in_category
from lifecycle.models import CustomerStatus, Lifecycle, StatusTag
from lifecycle.queries import lifecycles

from .kept import kept
from .reports import Told

PREFERRED = "learning"
# What the dashboard asks of the range, beside the days and who left risk in the range before.
REPORTS = (
    "moves_flow", "automation_rules", "automation_days", "automation_risk", "risk_detection", "risk_entered",
    "risk_left", "risk_longest", "risk_indicators",
)  # fmt: skip


@dataclass(frozen=True)
class About:
    """A lifecycle in a range of days: of whom (``owners``; ``None``: everybody) and when it is asked."""

    lifecycle: Lifecycle
    period: Period
    owners: Collection[int] | None
    now: datetime

    @cached_property
    def tags(self) -> tuple[StatusTag, ...]:
        return tuple(self.lifecycle.tags.all())

    @property
    def names(self) -> dict[str | None, str]:
        """Of the tags by their codes; ``None``: of having none."""
        return {None: "No tag", **{tag.code: tag.name for tag in self.tags}}

    def ask(self, report: str, period: Period | None = None, **more: Any) -> Told:
        """The rows of a report over the range, or over another. ``more``: what it asks beside."""
        days = period or self.period
        about: dict[str, Any] = {"lifecycle": self.lifecycle.id, "since": days.since, "until": days.until, **more}
        return kept(report, owners=self.owners, now=self.now, **about)


def about_each(about: About) -> list[About]:
    """The same days in each active lifecycle."""
    return [replace(about, lifecycle=one) for one in lifecycles().filter(is_active=True)]


def first_lifecycle(owners: Collection[int] | None) -> Lifecycle | None:
    """What is looked at where nobody says otherwise: of the active ones in which the customers have a tag, the usual
    one."""
    found = sorted(lifecycles().filter(is_active=True), key=lambda one: one.code != PREFERRED)
    if owners is not None:
        theirs = CustomerStatus.objects.filter(customer__owner__in=owners, tag__isnull=False)
        used = set(theirs.values_list("lifecycle", flat=True).distinct())
        found.sort(key=lambda one: one.id not in used)
    return next(iter(found), None)


@dataclass(frozen=True, slots=True)
class Days:
    """How many customers each tag had at the end of each day: of the range, and of the day before it, in this order.
    A lifecycle without tags has no days."""

    as_of: datetime
    counts: dict[date, dict[str, int]]

    @property
    def first(self) -> dict[str, int]:
        """At the end of the day before the range."""
        return next(iter(self.counts.values()), {})

    @property
    def last(self) -> dict[str, int]:
        return next(reversed(self.counts.values()), {})


def days_of(about: About) -> Days:
    told = about.ask("tag_days", Period(about.period.start - timedelta(days=1), about.period.end))
    counts: dict[date, dict[str, int]] = {}
    for row in told.rows:
        counts.setdefault(row.day, {})[row.part] = row.n
    return Days(told.as_of, counts)


@dataclass(frozen=True, slots=True)
class Effect:
    """What automation did in a range, and whether it was right. Shares are None where there is nothing to divide.
    ``timed``: of how many decisions the review time is."""

    moves: int
    automatic: int
    reversed: int
    young: int
    approved: int
    rejected: int
    review_hours: float | None
    timed: int = 0

    @property
    def automatic_share(self) -> float | None:
        """Of the moves that rules led to, those that no person had to approve."""
        return _share(self.automatic, self.moves)

    @property
    def reversal_rate(self) -> float | None:
        return _share(self.reversed, self.moves)

    @property
    def rejection_rate(self) -> float | None:
        return _share(self.rejected, self.approved + self.rejected)


def effect(row: Any) -> Effect:
    """Of a row of ``automation_rules``."""
    reversed_ = row.taken_back + row.put_back
    hours = None if row.hours is None else float(row.hours)
    return Effect(row.moves, row.automatic, reversed_, row.young, row.approved, row.rejected, hours, row.timed)


def effect_of_all(rows: Iterable[Any]) -> Effect:
    """Of the row about all rules."""
    return effect(next(row for row in rows if row.rule_id is None))


def first_automated(owners: Collection[int] | None, period: Period, now: datetime) -> Lifecycle | None:
    """That in which rules moved the customers most often in these days; where they moved nobody, the usual one."""
    each = [About(one, period, owners, now) for one in lifecycles().filter(is_active=True)]
    moves = {one.lifecycle: effect_of_all(one.ask("automation_rules").rows).moves for one in each}
    most = max(moves, key=lambda one: (moves[one], one.code == PREFERRED), default=None)
    return most if most and moves[most] else first_lifecycle(owners)


def dashboard(about: About, *, today: Period) -> dict[str, Any]:
    """Spec 1's ``StatusDashboard``, with what it tells of."""
    days, rules, left_risk = days_of(about), about.ask("automation_rules"), about.ask("risk_left")
    detection, moved_today = about.ask("risk_detection"), about.ask("moves_flow", today)
    did, found, left = effect_of_all(rules.rows), detection.rows[0], left_risk.rows[0]
    return {
        "lifecycle": about.lifecycle.code,
        "start": about.period.start,
        "end": about.period.end,
        "as_of": min(one.as_of for one in (days, rules, left_risk, detection, moved_today)),
        "distribution": days.last,
        "transitions_today": [vars(row) for row in moved_today.rows],
        "at_risk_count": counted(days.last, in_category(about.tags, RISK)),
        "automation_effectiveness": {
            "moves_by_rules": did.moves,
            "automatic": did.automatic,
            "automatic_share": did.automatic_share,
            "reversed": did.reversed,
            "reversal_rate": did.reversal_rate,
            "not_settled": did.young,
            "approved": did.approved,
            "rejected": did.rejected,
            "rejection_rate": did.rejection_rate,
            "median_review_hours": did.review_hours,
            "review_hours_n": did.timed,
            "entered_risk": found.entered,
            "median_days_to_detect": found.late_days,
            "days_to_detect_n": found.late_n,
            "median_days_silent": found.silent_days,
            "days_silent_n": found.silent_n,
            "recovered": left.recovered,
            "left_risk": left.left_risk,
            "recovery_rate": _share(left.recovered, left.left_risk),
        },
    }


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None
