"""Did campaigns work? Treated beside held out customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics.queries.campaigns import Compared, Result, Results
from analytics.rules.chance import p_shown
from lifecycle.rules.explain import written

from .campaign_links import results_of
from .charts import Chart
from .words import NONE, rate


def reached(found: Results) -> Chart:
    """Treated beside held out customers: the difference with its interval; zero is no effect."""
    rows = [(result, one) for result in found.results for one in result.compared]
    told = [(result, one) for result, one in rows if one.lift.difference is not None]
    return Chart(
        key="worked",
        title="Did it work? Treated against held out",
        is_wide=True,
        texts=3,
        summary=_verdict(found.results),
        columns=(
            "Campaign", "Held out at", "Share held out", "Treated", "Reached the goal", "Held out", "Reached the goal",
            "Difference in points", "From", "To", "p", "What it says",
        ),
        rows=[_compared(result, one) for result, one in rows],
        links=[results_of(result.campaign) for result, _ in rows],
        traces=[_differences(told)] if told else [],
        layout={
            "xaxis": {"ticksuffix": " points", "rangemode": "tozero", "zerolinewidth": 3},
            "yaxis": {"range": [-0.6, len(told) - 0.4]},
            "showlegend": False,
        },
        report="campaign_arms",
        height=max(180, 44 * len(told) + 80),
        when_empty=_verdict(found.results),
    )  # fmt: skip


def _verdict(found: Sequence[Result]) -> str:
    if not found:
        return "Nobody entered a campaign in these days."
    if len(found) == 1:
        return found[0].sentence
    blind = sum(not one.compared for one in found)
    sure = sum(any(arm.lift.is_sure for arm in one.compared) for one in found)
    return f"Of {len(found)} campaigns {sure} made a difference beyond chance; {blind} hold nobody out: cannot tell."


def _differences(told: Sequence[tuple[Result, Compared]]) -> dict[str, Any]:
    lifts = [one.lift for _, one in told]
    middle = [100 * (one.difference or 0) for one in lifts]
    return {
        "type": "scatter", "mode": "markers", "x": middle, "y": [_name(result, one) for result, one in told],
        "marker": {"size": 11, "color": "tn:blue"},
        "error_x": {
            "type": "data", "symmetric": False, "color": "tn:blue",
            "array": [100 * (one.high or 0) - at for one, at in zip(lifts, middle, strict=True)],
            "arrayminus": [at - 100 * (one.low or 0) for one, at in zip(lifts, middle, strict=True)],
        },
        "hovertemplate": "%{y}: %{x:+.1f} points<extra></extra>",
    }  # fmt: skip


def _name(result: Result, one: Compared) -> str:
    return f"{result.campaign}, {one.step}" if one.step else str(result.campaign)


def _compared(result: Result, arms: Compared) -> tuple[Any, ...]:
    lift = arms.lift
    found = [NONE if one is None else written(100 * one, "+.1f") for one in (lift.difference, lift.low, lift.high)]
    return (
        str(result.campaign), arms.step or "entry", f"{arms.share}%", lift.treated.customers,
        rate(lift.treated.converted, lift.treated.customers), lift.held_out.customers,
        rate(lift.held_out.converted, lift.held_out.customers), *found,
        NONE if lift.p_value is None else p_shown(lift.p_value).removeprefix("= "), lift.sentence,
    )  # fmt: skip
