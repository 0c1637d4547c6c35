"""How long customers take, as a picture, and which cohort does worst, as a sentence that a test stands behind."""

from __future__ import annotations

from typing import Any

from analytics.queries.cohorts import Asking, Only
from analytics.queries.survival import Curve, Reaching
from analytics.queries.targets import Target
from analytics.rules.chance import p_shown
from analytics.rules.few import FEWEST
from analytics.rules.survival import SIGNIFICANCE, Differences

from .charts import PALETTE, Chart
from .cohort_links import customers_of
from .words import number_of

MOST_CURVES = 6
DAYS = (30, 90, 180, 365, 730)  # at which the table tells of the curves
DAYS_OF_A_MONTH = 30.5


def reaching_chart(asking: Asking, target: Target, found: Reaching) -> Chart:
    """How many customers of each cohort got to the target within so many days."""
    drawn = _drawn(found, target)
    longest = asking.months * DAYS_OF_A_MONTH
    days = [day for day in DAYS if day <= longest]
    left_out = f"The curves of {len(drawn)} of {len(found.curves)} cohorts are drawn; the table has all. "
    return Chart(
        key="reaching",
        title=f"Time from enrollment to {target.name}",
        summary=f"{median_of(found.everybody, target)} {finding(target, found.differences)} "
        f"{left_out if len(drawn) < len(found.curves) else ''}The bands are 95% intervals (Kaplan–Meier); "
        "the table has them at some days, as far as a cohort was watched."
        if drawn
        else "",
        columns=(
            "Cohort", "Customers", "Got there", "Median, days", "Median, from", "Median, to",
            *(f"{day} days, {what}" for day in days for what in ("%", "from", "to")),
        ),
        rows=[
            (
                one.cohort.name,
                one.customers,
                one.reached,
                *("" if day is None else day for day in (one.median, one.median_low, one.median_high)),
                *(share for day in days for share in _shares(one, day)),
            )
            for one in found.curves
        ],
        links=[customers_of(asking, target, one.cohort) for one in found.curves],
        numbers=[
            ["", customers_of(asking, target, one.cohort, only=Only.REACHED) if one.reached else ""]
            for one in found.curves
        ],
        traces=[trace for number, one in enumerate(drawn) for trace in _curve(one, PALETTE[number % len(PALETTE)])],
        layout={
            "xaxis": {"title": {"text": "Days since enrollment"}, "range": [0, longest]},
            "yaxis": {"ticksuffix": "%", "rangemode": "tozero"},
        },
        height=420,
        is_wide=True,
        report="durations_to_tags",
        when_empty=f"No cohort has {FEWEST} customers yet.",
    )  # fmt: skip


def finding(target: Target, differences: Differences | None) -> str:
    """Which cohort does worst, if a test says so."""
    if differences is None:
        return "There is nothing to compare yet."
    test = "log-rank tests of each against the others, corrected" if differences.is_exact else "log-rank test"
    test = f"{test}, p {p_shown(differences.p)}"
    if worst := differences.worst(is_reaching_bad=target.is_bad):
        way = "sooner" if target.is_bad else "later"
        return (
            f"Worst: customers of “{worst.name}” get there {way} than the others; {worst.reached:,} did, where "
            f"{worst.expected:,.1f} would have if all cohorts were alike ({'exact ' if worst.is_exact else ''}"
            f"log-rank test against the others, p {p_shown(worst.p)}, corrected for {len(differences.each)} cohorts)."
        )
    if differences.p < SIGNIFICANCE:
        return f"The cohorts differ ({test}), but none of {FEWEST} and more does worse by a test of its own."
    return f"No cohort differs from the others by more than chance would explain ({test})."


def median_of(curve: Curve, target: Target) -> str:
    """How long it takes, in a sentence."""
    if curve.median is None:
        all_of_them = number_of(curve.customers, "customer")
        return f"Fewer than half of {all_of_them} got to {target.name} while they were followed."
    high = f"to {curve.median_high:,}" if curve.median_high is not None else "upwards"
    return f"Half of the customers got there within {curve.median:,} days (95% interval {curve.median_low:,} {high})."


def _drawn(found: Reaching, target: Target) -> list[Curve]:
    """The worst cohort and the last ones that are large enough."""
    curves = [one for one in found.curves if one.points]
    worst = found.worst(is_reaching_bad=target.is_bad)
    first = [one for one in curves if one.cohort == worst]
    others = [one for one in curves if one not in first]
    return first + others[-(MOST_CURVES - len(first)) :]


def _shares(curve: Curve, days: int) -> list[float | str]:
    """Who got there within so many days, in percent, and the interval; blank where that is not known. Of nobody and of
    everybody there is no interval: Greenwood's variance is nought there."""
    share, *interval = curve.after(days) or ("", "", "")
    if share in {0, 1}:
        interval = ["", ""]
    return [one if one == "" else round(100 * one, 1) for one in (share, *interval)]


def _curve(curve: Curve, colour: str) -> list[dict[str, Any]]:
    """The interval as a band, and the curve in it."""
    days = [day for day, *_ in curve.points]
    of, low, high = ([round(100 * one, 2) for one in column] for column in list(zip(*curve.points, strict=True))[1:])
    step: dict[str, Any] = {"type": "scatter", "mode": "lines", "x": days, "legendgroup": curve.cohort.name}
    unseen = {"shape": "hv", "width": 0}
    return [
        {**step, "y": low, "line": unseen, "showlegend": False, "hoverinfo": "skip"},
        {
            **step, "y": high, "line": unseen, "showlegend": False, "hoverinfo": "skip", "fill": "tonexty",
            "fillcolor": f"{colour}/0.12",
        },
        {
            **step, "y": of, "name": f"{curve.cohort.name} ({curve.customers:,})",
            "line": {"shape": "hv", "width": 2, "color": colour},
            "hovertemplate": "%{y:.0f}% within %{x} days<extra>%{fullData.name}</extra>",
        },
    ]  # fmt: skip
