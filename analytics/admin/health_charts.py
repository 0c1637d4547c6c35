"""The pictures of health: levels, their course, groups, and where those stood who churned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from analytics.queries import health
from analytics.queries.reports import Told
from analytics.rules.few import FEWEST
from customer_success.models import HealthLevel
from customer_success.templatetags.health import COLOURS

from .charts import Chart, bars, lines, lying
from .health_words import DIMENSIONS, group_name, health_list, points

SHOWN_GROUPS = 12
SCORES = {"range": [0, 101], "dtick": 25}  # a little more than the highest, so that its mark is drawn
Day = tuple[date, health.Levels]
_NO_PAST = "Fewer than two days are kept yet: each night adds one, manage.py take_snapshots those before."


def levels(found: health.Overview) -> Chart:
    counts, total = found.levels.customers, found.levels.total
    names = [HealthLevel(level).label for level in counts]
    most = max(counts, key=lambda level: counts[level])
    return Chart(
        key="levels",
        title="Health levels",
        summary=f"Most are {HealthLevel(most).label.lower()}: {counts[most]:,} of {total:,}. "
        f"Fair or poor: {found.risks['at_risk'].n:,}.",
        columns=("Level", "Customers", "Share"),
        rows=[
            (name, number, f"{number / total:.1%}" if total >= FEWEST else "too few")
            for name, number in zip(names, counts.values(), strict=True)
        ],
        links=[health_list(level) for level in counts],
        traces=bars(names, list(counts.values()), [f"tn:{COLOURS[HealthLevel(one)]}" for one in counts])
        if total
        else [],
        report="health_levels",
        when_empty="Nobody has a health score yet. They come once a scorecard is published.",
        height=lying(len(counts)),
        axis="Customers",
    )


def levels_over_time(told: Told) -> Chart:
    days: Sequence[Day] = told.rows
    dates = [day for day, _ in days]
    counts = {HealthLevel(level).label: [one.customers[level] for _, one in days] for level in health.LEVELS}
    shares = [
        {
            **trace, "stackgroup": "all", "groupnorm": "percent", "line": {"width": 0},
            "fillcolor": f"tn:{COLOURS[level]}",
        }
        for trace, level in zip(lines(dates, counts), health.LEVELS, strict=True)
    ]  # fmt: skip
    return Chart(
        key="levels-over-time",
        title="Health levels over time",
        summary=_from_to(days, _poorly),
        columns=("Day", *counts),
        rows=[(f"{day:%Y-%m-%d}", *one.customers.values()) for day, one in days],
        traces=shares if len(days) > 1 and any(one.total >= FEWEST for _, one in days) else [],
        layout={"yaxis": {"ticksuffix": "%", "range": [0, 100], "dtick": 25}},
        report="health_levels",
        when_empty=_NO_PAST if len(days) < 2 else f"Of fewer than {FEWEST} customers there are numbers, no shares.",
        as_of=told.as_of,
    )


def score_over_time(told: Told) -> Chart:
    days: Sequence[Day] = told.rows
    known = [one for _, one in days if one.score is not None]
    return Chart(
        key="score-over-time",
        title="Average health score over time",
        summary=_from_to(days, lambda one: points(one.score)),
        columns=("Day", "Average", "Customers"),
        rows=[(f"{day:%Y-%m-%d}", points(one.score), one.total) for day, one in days],
        traces=lines([day for day, _ in days], {"Average": [one.score for _, one in days]}) if len(known) > 1 else [],
        layout={"yaxis": SCORES, "showlegend": False},
        report="health_levels",
        axis="Score",
        as_of=told.as_of,
        when_empty=_NO_PAST if len(days) < 2 else f"Fewer than {FEWEST} customers have no average.",
    )


def _poorly(one: health.Levels) -> str:
    return f"{one.customers['FAIR'] + one.customers['POOR']:,} of {one.total:,} fair or poor"


def _from_to(days: Sequence[Day], said: Callable[[health.Levels], str]) -> str:
    """What the first and the last day say."""
    if not days:
        return ""
    (first, before), (last, now) = days[0], days[-1]
    return f"{said(before)} on {first:%-d %b %Y}, {said(now)} on {last:%-d %b %Y}."


def groups_in(dimension: str, groups: Sequence[health.Group]) -> Chart:
    title = f"Health by {DIMENSIONS[dimension].lower()}"
    known = [one for one in groups if one.part]
    judged = sorted((one for one in known if one.score is not None), key=lambda one: one.score or 0)
    shown = [*known[:SHOWN_GROUPS], *(one for one in groups if not one.part)]
    names = [group_name(dimension, one.part) for one in shown]
    said = ""
    if len(judged) == 1:
        [one] = judged
        said = f"{group_name(dimension, one.part)}: {points(one.score)} ({one.n:,} customers)."
    elif judged:
        best, worst = judged[-1], judged[0]
        said = (
            f"Highest: {group_name(dimension, best.part)}, {points(best.score)} ({best.n:,} customers). "
            f"Lowest: {group_name(dimension, worst.part)}, {points(worst.score)} ({worst.n:,})."
        )
    few = sum(one.score is None for one in groups)
    unsaid = f" Of {few} with fewer than {FEWEST} customers no average is told." if few else ""
    more = f" {len(known) - SHOWN_GROUPS} smaller groups are in the table." if len(known) > SHOWN_GROUPS else ""
    return Chart(
        key=f"by-{dimension.replace('_', '-')}",
        title=title,
        summary=f"{said}{unsaid}{more}".strip(),
        columns=(DIMENSIONS[dimension], "Customers", "Average score"),
        rows=[(group_name(dimension, one.part), one.n, points(one.score)) for one in groups],
        links=[health_list("all", dimension, one.part) for one in groups],
        traces=bars(names, [one.score for one in shown]) if known and judged else [],
        layout={"xaxis": SCORES},
        report="health_segments",
        when_empty=f"There is no group of {FEWEST} customers or more by {DIMENSIONS[dimension].lower()}."
        if known or not groups
        else f"The {DIMENSIONS[dimension].lower()} of none of the customers is known.",
        height=lying(len(shown)),
        axis="Average score",
    )


def before_churn(stood: Mapping[str, int]) -> Chart:
    total = sum(stood.values())
    known = total - stood.get("UNKNOWN", 0)
    green = stood.get("EXCELLENT", 0) + stood.get("GOOD", 0)
    names = [*(HealthLevel(level).label for level in health.LEVELS), "No score"]
    share = f" ({green / known:.0%})" if known >= FEWEST else ""
    return Chart(
        key="before-churn",
        title="Before they churned",
        summary=f"{total:,} accounts churned in the last 90 days; {green:,}{share} looked healthy a month before.",
        columns=("Level 30 days before", "Accounts"),
        rows=list(zip(names, stood.values(), strict=True)) if total else [],
        traces=bars(names, list(stood.values()), [*(f"tn:{COLOURS[one]}" for one in health.LEVELS), "tn:none"])
        if total
        else [],
        report="health_before_churn",
        when_empty="No account churned in the last 90 days.",
        height=lying(len(stood)),
        axis="Accounts",
    )
