"""Charts of one campaign, or of all together: who entered, what became of them, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics.queries.campaigns import Results, ask_campaigns
from analytics.rules.results import Messages
from campaigns.models import Campaign, EndReason

from .board import Asked
from .campaign_links import entered, results_of
from .campaign_messages import emails
from .charts import Chart, bars, lying
from .days import axes, drawn
from .words import figure, rate

_TASK_STATES = {"DONE": "Done", "OPEN": "Open", "DROPPED": "Dropped", "LEFT": "Dropped as the customer left"}


def overview(found: Results) -> Chart:
    shown = sorted(found.results, key=lambda one: -one.enrolled.number)
    most = shown[0] if shown else None
    return Chart(
        key="campaigns",
        title="Campaigns",
        summary=f"{found.enrolled.number:,} enrollments in {len(shown)} campaigns; the most, "
        f"{most.enrolled.number:,}, in {most.campaign}. Reached goal: of customers who entered for the first time and "
        "were treated. Bounced: of emails sent; opened and clicked: of those that did not bounce." if most else "",
        columns=(
            "Campaign", "State", "Enrolled", "Inside", "Reached goal", "Sent", "Not sent", "Bounced", "Opened",
            "Clicked",
        ),
        rows=[
            (str(one.campaign), one.campaign.get_state_display(), one.enrolled.number, one.enrolled.inside,
             rate(one.enrolled.converted, one.enrolled.customers), one.messages.sent,
             sum(one.messages.not_sent.values()), *_rates(emails(one.channels)))
            for one in shown
        ],
        links=[results_of(one.campaign, found.period) for one in shown],
        is_list=True,
        is_wide=True,
        texts=2,
        report="campaign_enrolled",
        when_empty="Nobody entered a campaign in these days.",
    )  # fmt: skip


def _rates(one: Messages) -> tuple[str, ...]:
    return rate(one.bounced, one.sent), rate(one.opened, one.arrived), rate(one.clicked, one.arrived)


def becoming(found: Results, campaign: Campaign | None) -> Chart:
    enrolled = found.enrolled
    labels = {"": "Still inside", **{str(one.value): str(one.label) for one in EndReason}}
    reasons = sorted(enrolled.reasons.items(), key=lambda one: -one[1])
    first = f"{labels.get(reasons[0][0], reasons[0][0])}: {reasons[0][1]:,} of {enrolled.number:,}." if reasons else ""
    return Chart(
        key="ends",
        title="What became of enrollments",
        summary=first,
        columns=("How it ended", "Enrollments", "Share"),
        rows=[(labels.get(reason, reason), number, rate(number, enrolled.number)) for reason, number in reasons],
        links=[
            entered(found, campaign, **({"end_reason__exact": reason} if reason else {"state__exact": "active"}))
            for reason, _ in reasons
        ],
        traces=bars([labels.get(reason, reason) for reason, _ in reasons], [number for _, number in reasons])
        if reasons
        else [],
        report="campaign_enrolled",
        height=lying(len(reasons)),
        axis="Enrollments",
        when_empty="Nobody entered in these days.",
    )


def days(asked: Asked) -> Chart:
    rows, period = ask("campaign_days", asked), asked.about["period"]
    names = {"entered": "Entered", "converted": "Reached the goal", "sent": "Messages sent"}
    totals = {name: sum(getattr(row, name) for row in rows) for name in names}
    return Chart(
        key="days",
        title="Over time",
        summary=", ".join(f"{label.lower()}: {totals[name]:,}" for name, label in names.items()).capitalize() + ".",
        columns=("Day", *names.values()),
        rows=[(row.day.isoformat(), row.entered, row.converted, row.sent) for row in rows],
        traces=drawn(rows, period, names, ("tn:blue", "tn:green", "tn:grey")),
        layout=axes(period),
        report="campaign_days",
        is_wide=True,
        when_empty="Nothing happened in these days.",
    )


def tasks(asked: Asked) -> Chart:
    rows = ask("campaign_tasks", asked)
    states = {state: [row for row in rows if row.state == state] for state in _TASK_STATES}
    numbers = {state: sum(row.n for row in ones) for state, ones in states.items() if ones}
    total = sum(numbers.values())
    hours = [row.median_hours for row in states["DONE"]]
    return Chart(
        key="tasks",
        title="Tasks that campaigns made",
        summary=f"{numbers.get('DONE', 0):,} of {total:,} tasks are done."
        + (f" Half of them within {figure(hours[0], 'hours')}." if len(hours) == 1 else ""),
        columns=("State", "Tasks", "Late", "Share"),
        rows=[
            (_TASK_STATES[state], number, sum(row.late for row in states[state]), rate(number, total))
            for state, number in numbers.items()
        ],
        traces=bars([_TASK_STATES[state] for state in numbers], list(numbers.values())) if numbers else [],
        report="campaign_tasks",
        height=lying(len(numbers)),
        axis="Tasks",
        when_empty="No campaign made a task in these days.",
    )


def ask(report: str, asked: Asked) -> Sequence[Any]:
    """The rows of a report about what is asked."""
    period, campaign = asked.about["period"], asked.about["campaign"]
    return ask_campaigns(report, owners=asked.owners, period=period, now=asked.now, campaign=campaign).rows
