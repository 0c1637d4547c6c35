"""Charts of one campaign: its steps, its versions, how long customers took."""

from __future__ import annotations

from analytics.queries.campaigns import Result, steps_in_order
from campaigns.definition.words import name_of, spoken
from campaigns.models import Campaign
from campaigns.queries.funnel import funnel as counted

from .board import Asked
from .campaign_charts import ask
from .charts import Chart, bars, funnel, lying
from .words import figure, rate


def step_funnel(asked: Asked, campaign: Campaign, entered: int) -> Chart:
    """Who came past each step, in the order of the steps; those on other paths are not behind those before."""
    period = asked.about["period"]
    found = counted(campaign, user=asked.request.user, now=asked.now, since=period.since, until=period.until)
    steps = found.steps if found else {}
    kinds = {key: kind for key, kind in steps_in_order(campaign).items() if key in steps}
    past = {key: steps[key].done + steps[key].skipped + steps[key].failed for key in kinds}
    names = [f"{number}. {spoken(key).capitalize()}" for number, key in enumerate(kinds, start=1)]
    return Chart(
        key="steps",
        title="How far they came",
        summary=f"{entered:,} entered; {list(past.values())[-1]:,} came past the last step that anybody has reached. "
        "Steps on different paths share the customers." if past else "",
        columns=("Step", "Kind", "Came past", "Of who entered", "Waiting now", "Sent", "Opened", "Clicked", "Not sent"),
        rows=[
            (name, name_of(kinds[key]), past[key], rate(past[key], entered), steps[key].waiting, steps[key].sent,
             steps[key].opened, steps[key].clicked, steps[key].not_sent)
            for name, key in zip(names, kinds, strict=True)
        ],
        traces=funnel(["Entered", *names], [entered, *past.values()]) if past else [],
        layout={"yaxis": {"automargin": True}},
        height=max(240, 40 * len(past) + 90),
        when_empty="Counting took too long." if found is None else "Nobody has come to a step yet.",
    )  # fmt: skip


def versions(result: Result) -> Chart:
    rows = [(f"Version {number}", one) for number, one in result.versions.items()]
    return Chart(
        key="versions",
        title="By version",
        summary="Versions follow each other in time: a difference may come of the time and not of the text.",
        columns=("Version", "Enrolled", "Still inside", "First entries, treated", "Reached the goal"),
        rows=[
            (name, one.number, one.inside, one.customers, rate(one.converted, one.customers)) for name, one in rows
        ],
        traces=bars([name for name, _ in rows], [one.number for _, one in rows]) if rows else [],
        report="campaign_enrolled",
        height=lying(len(rows)),
        axis="Enrollments",
        when_empty="Nobody entered in these days.",
    )  # fmt: skip


def time_to_goal(asked: Asked) -> Chart:
    rows = ask("campaign_time_to_goal", asked)
    median = rows[0].median if rows else None
    hours = None if median is None else 24 * float(median)
    shown = figure(hours, "hours") if hours is None or hours < 48 else figure(hours / 24, "days")
    return Chart(
        key="time-to-goal",
        title="Time to the goal",
        summary=f"Half of the {sum(row.n for row in rows):,} who reached it took {shown} or less. "
        "Those who may still reach it are not in here.",
        columns=("Whole days after entry", "Customers"),
        rows=[(row.days, row.n) for row in rows],
        traces=[
            {"type": "bar", "x": [row.days for row in rows], "y": [row.n for row in rows], "width": 0.8,
             "marker": {"color": "tn:green"}, "hovertemplate": "Day %{x}: %{y:,}<extra></extra>"}
        ] if rows else [],
        layout={"xaxis": {"range": [-0.6, max((row.days for row in rows), default=0) + 0.6], "tickformat": "d",
                          "title": {"text": "Whole days after entry"}}, "margin": {"b": 40}},
        report="campaign_time_to_goal",
        axis="Customers",
        when_empty="Nobody has reached the goal.",
    )  # fmt: skip
