"""The key figures: what each says, how it is folded from one value a customer, and where its target comes from.

The values of each stand in ``analytics/sql/kpi_<code>.sql``: one row a customer that counts. Sources: spec 1
("Success Metrics & KPIs"), spec 3 ("Success Metrics Targets", "Metrics Definitions") and spec 4 ("Customer Success
Metrics Dashboard", "Success targets"). Where two of them name the same figure, the stricter target is shipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import sqrt
from types import MappingProxyType

from .chance import Z
from .few import FEWEST

NEAR = Decimal("0.1")  # of the target, from the target


class Fold(StrEnum):
    """How the values of customers become one figure."""

    SHARE = "share"  # of the values that are 1, in percent; the others are 0
    MEAN = "mean"
    MEDIAN = "median"
    SUM = "sum"
    RATIO = "ratio"  # of the sum of values to the sum of wholes, in percent
    NPS = "nps"  # of answers from 0 to 10: promoters less detractors, in percent of all


class Standing(StrEnum):
    REACHED = "reached"
    NEAR = "near"
    MISSED = "missed"
    UNKNOWN = "unknown"


# What a target may be, by unit: from, to.
BOUNDS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "%": (0, 100),
        "points": (-100, 100),
        "of 5": (1, 5),
        "of 7": (1, 7),
        "days": (0, 3650),
        "money": (0, 10**12),
        "": (0, 10**12),
    }
)


@dataclass(frozen=True, slots=True)
class Kpi:
    """``lifecycle``: the code of the one that it is about; empty: of none. ``source``: who set the target first;
    ``target`` is ``None`` where nobody did. ``highest``: of a target, where the unit allows less."""

    code: str
    name: str
    definition: str
    unit: str
    fold: Fold
    target: Decimal | None
    source: str
    lifecycle: str = ""
    is_lower_better: bool = False
    area: str = ""
    highest: int | None = None

    @property
    def report(self) -> str:
        return f"kpi_{self.code}"

    @property
    def bounds(self) -> tuple[int, int]:
        low, high = BOUNDS[self.unit]
        return low, self.highest or high

    @property
    def direction(self) -> str:
        return "at most" if self.is_lower_better else "at least"


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A figure that a spec names and for which there is no data."""

    name: str
    target: str
    source: str
    reason: str
    area: str = "Support"


def _of(area: str, lifecycle: str, *kpis: tuple[str, str, str, str, Fold, str, str]) -> tuple[Kpi, ...]:
    """``<`` before a target: lower is better."""
    return tuple(
        Kpi(
            code, name, definition, unit, fold, Decimal(target.lstrip("<")) if target else None, source, lifecycle,
            target.startswith("<"), area, highest=1000 if code == "nrr" else None,
        )
        for code, name, definition, unit, fold, target, source in kpis
    )  # fmt: skip


KPIS: tuple[Kpi, ...] = (
    *_of(
        "Learning", "learning",
        ("active_learner_rate", "Active learner rate", "Learners who are active or progressing (ST_001, ST_002), "
         "of all with a tag.",
         "%", Fold.SHARE, "70", "Status tags, KPIs"),
        ("progression_rate", "Progression rate", "Learners who progressed (ST_002) within 12 weeks of becoming active "
         "(ST_001), of those who became so in the 90 days before these weeks.",
         "%", Fold.SHARE, "60", "Status tags, KPIs"),
        ("mastery_rate", "Mastery achievement", "Learners who ever reached mastery (ST_003), of all with a tag.",
         "%", Fold.SHARE, "40", "Status tags, KPIs"),
        ("at_risk_detection", "At-risk detection", "Days from when the rule's idle days were over to the move into "
         "decline (ST_004); the latest move of each customer in 90 days, on average.",
         "days", Fold.MEAN, "<3", "Status tags, KPIs"),
        ("recovery_rate", "Recovery rate in 7 weeks", "Learners who were active or progressing (ST_001, ST_002) within "
         "7 weeks of falling into risk (ST_004, ST_005), of those who fell in the 90 days before these weeks.",
         "%", Fold.SHARE, "35", "Status tags, KPIs"),
        ("churn_rate", "Churn rate", "Learners who churned (ST_006), of those who had another tag 90 days before.",
         "%", Fold.SHARE, "<15", "Status tags, KPIs"),
        ("automation_accuracy", "Automation accuracy", "Learners whose latest move by a rule stood for 14 days: it was "
         "neither taken back nor put back by a person; of those that a rule moved in the 90 days before these 14.",
         "%", Fold.SHARE, "90", "Status tags, success criteria"),
    ),
    *_of(
        "Satisfaction and health", "account",
        ("nps", "Net promoter score", "Promoters (9 and 10) less detractors (0 to 6), in percent of all latest answers "
         "of accounts.",
         "points", Fold.NPS, "50", "Customer success, targets; framework, metrics dashboard"),
        ("csat", "Customer satisfaction", "The mean of the latest ratings of accounts, 1 to 5.",
         "of 5", Fold.MEAN, "4.8", "Framework, metrics dashboard; 4.5 in customer success, targets"),
        ("ces", "Customer effort score", "The mean of the latest answers of accounts, 1 to 7; 7 is effortless.",
         "of 7", Fold.MEAN, "4.5", "Framework, metrics dashboard, which names no scale"),
        ("healthy_rate", "Healthy accounts", "Accounts whose health is good or excellent, of all that have a score.",
         "%", Fold.SHARE, "80", "Customer success, targets"),
    ),
    *_of(
        "Adoption and value", "account",
        ("feature_adoption", "Feature adoption", "Features used of those available, the mean of accounts that began "
         "90 days ago or earlier.",
         "%", Fold.MEAN, "90", "Customer success, targets; 75 in framework, metrics dashboard"),
        ("active_users", "Monthly active users", "Users active in 30 days, of all licensed ones.",
         "%", Fold.RATIO, "85", "Framework, metrics dashboard (user engagement); 80 in customer success, targets"),
        ("time_to_value", "Time to value", "Days from the start of onboarding to first value, the median of those that "
         "began 30 days ago or earlier; who still waits, or churned without, counts with the days so far.",
         "days", Fold.MEDIAN, "<30", "Framework, metrics dashboard"),
        ("value_in_30_days", "First value within 30 days", "Accounts with first value 30 days after the start of "
         "onboarding, of those that began 30 days ago or earlier, churned ones as well.",
         "%", Fold.SHARE, "90", "Customer success, targets (time to value)"),
        ("value_in_90_days", "90-day activation", "Accounts with first value 90 days after the start of onboarding, of "
         "those that began 90 days ago or earlier, churned ones as well.",
         "%", Fold.SHARE, "85", "Framework, success targets"),
        ("roi_rate", "ROI achieved", "Accounts with a documented return above zero, of all.",
         "%", Fold.SHARE, "90", "Customer success, targets"),
        ("training_completion", "Training completion", "Share of the planned training that is done, the mean of "
         "accounts of which it is known.",
         "%", Fold.MEAN, "", "Customer success, metrics definitions"),
    ),
    *_of(
        "Retention and growth", "account",
        ("retention_rate", "Customer retention", "Accounts that have not churned, of those that were customers a year "
         "ago.",
         "%", Fold.SHARE, "95", "Customer success, targets; framework, metrics dashboard; 94 in its success targets"),
        ("nrr", "Net revenue retention in a year", "Annual revenue now of those that were customers a year ago, of "
         "theirs then.",
         "%", Fold.RATIO, "100", "Customer success, targets"),
        ("expansion_rate", "Expansion in the first year", "Accounts that won an expansion in their first year, of "
         "those that began one to two years ago, churned ones as well.",
         "%", Fold.SHARE, "30", "Customer success, targets; 25 in framework, metrics dashboard"),
        ("expansion_conversion", "Expansion conversion", "Opportunities to expand that were won, of those that were "
         "won or lost in 365 days.",
         "%", Fold.RATIO, "65", "Framework, metrics dashboard"),
        ("deal_size", "Average deal size", "What the latest expansion of an account brings a year, the mean of "
         "accounts that won one in 365 days.",
         "money", Fold.MEAN, "2850", "Framework, metrics dashboard"),
        ("lifetime_value", "Lifetime value", "The mean lifetime value of accounts.",
         "money", Fold.MEAN, "3450", "Framework, metrics dashboard"),
    ),
    *_of(
        "Advocacy and reviews", "account",
        ("case_studies", "Case studies", "Case studies that were completed.",
         "", Fold.SUM, "5", "Customer success, targets"),
        ("reference_rate", "Reference rate", "Accounts that have given a reference call, of all.",
         "%", Fold.SHARE, "", "Customer success, metrics definitions"),
        ("review_completion", "Reviews held", "Business reviews held, of those due in 90 days.",
         "%", Fold.RATIO, "", "Customer success, metrics definitions"),
    ),
)  # fmt: skip

_NO_TICKETS = "Support tickets are not kept yet."
UNMEASURED: tuple[Unmeasured, ...] = (
    Unmeasured("Support satisfaction", "at least 90%", "Customer success, targets", _NO_TICKETS),
    Unmeasured("Support CSAT", "at least 4.5 of 5", "Framework, support quality", _NO_TICKETS),
    Unmeasured("First contact resolution", "at least 75%", "Framework, support quality", _NO_TICKETS),
    Unmeasured("Response time within SLA", "at least 95%", "Framework, support quality", _NO_TICKETS),
    Unmeasured("Resolution time within SLA", "at least 90%", "Framework, support quality", _NO_TICKETS),
    Unmeasured(
        "Referrals", "25% of new customers", "Framework, business impact",
        "Nothing says which customer referred another.", "Retention and growth",
    ),
)  # fmt: skip
BY_CODE: Mapping[str, Kpi] = MappingProxyType({one.code: one for one in KPIS})


def standing(kpi: Kpi, value: Decimal | None, n: int, target: Decimal | None) -> Standing:
    """Whether a figure reaches its target, or is within a tenth of it. Sums are judged of however few they are."""
    if value is None or target is None or (n < FEWEST and kpi.fold is not Fold.SUM):
        return Standing.UNKNOWN
    short = value - target if kpi.is_lower_better else target - value
    if short <= 0:
        return Standing.REACHED
    return Standing.NEAR if short <= abs(target) * NEAR else Standing.MISSED


def problem_with(kpi: Kpi, target: Decimal | None) -> str:
    """Why a number cannot be a target; empty if it can."""
    low, high = kpi.bounds
    if target is None or low <= target <= high:
        return ""
    return f"{kpi.name} is from {low:,} to {high:,}{with_unit('', kpi.unit)}."


def with_unit(shown: str, unit: str) -> str:
    """``72%``, ``3 days``; without a unit the number alone, and of money, whose currency is not known here."""
    if unit in {"", "money"}:
        return shown
    return f"{shown}%" if unit == "%" else f"{shown} {unit}"


def nps_margin(promoters: int, detractors: int, n: int) -> float | None:
    """Half the 95 % interval of a net promoter score, in points: 100 z √((p + d − (p − d)²) / n)."""
    if not n:
        return None
    p, d = promoters / n, detractors / n
    return 100 * Z * sqrt((p + d - (p - d) ** 2) / n)
