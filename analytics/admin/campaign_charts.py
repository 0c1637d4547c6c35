"""Charts of one campaign, or of all together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.queries.campaigns import Compared, Result, Results, about_campaigns
from analytics.queries.kept import kept
from analytics.rules.lift import shown as p_shown
from analytics.rules.results import Enrolled, Messages
from campaigns.models import Campaign, Channel, EndReason, SkipReason

from .board import Asked
from .campaign_links import listed, results_of
from .charts import Chart, bars, parted
from .days import axes, drawn
from .words import NONE, amount, rate

_TASK_STATES = {"DONE": "Done", "OPEN": "Open", "DROPPED": "Dropped", "LEFT": "Dropped as the customer left"}


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
    found = [NONE if one is None else f"{100 * one:+.1f}" for one in (lift.difference, lift.low, lift.high)]
    return (
        str(result.campaign), arms.step or "entry", f"{arms.share}%", lift.treated.customers,
        rate(lift.treated.converted, lift.treated.customers), lift.held_out.customers,
        rate(lift.held_out.converted, lift.held_out.customers), *found,
        NONE if lift.p_value is None else p_shown(lift.p_value), lift.sentence,
    )  # fmt: skip


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
        links=[results_of(one.campaign) for one in shown],
        traces=[],
        is_list=True,
        is_wide=True,
        texts=2,
        report="campaign_enrolled",
        when_empty="Nobody entered a campaign in these days.",
    )  # fmt: skip


def emails(channels: Mapping[str, Messages]) -> Messages:
    """What can bounce, be opened and be complained of."""
    return channels.get(Channel.EMAIL, Messages())


def _rates(one: Messages) -> tuple[str, ...]:
    return rate(one.bounced, one.sent), rate(one.opened, one.arrived), rate(one.clicked, one.arrived)


def becoming(enrolled: Enrolled, campaign: Campaign | None) -> Chart:
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
            listed("enrollment", campaign, **({"end_reason__exact": reason} if reason else {"state__exact": "active"}))
            for reason, _ in reasons
        ],
        traces=bars([labels.get(reason, reason) for reason, _ in reasons], [number for _, number in reasons])
        if reasons
        else [],
        report="campaign_enrolled",
        height=36 * len(reasons) + 70,
        when_empty="Nobody entered in these days.",
    )


def messages_by_channel(found: Results) -> Chart:
    """Each message once, by what is known last of it; opens and clicks beside it."""
    channels = list(found.channels)
    names = [str(Channel(one).label) for one in channels]
    parts = {
        "Not sent": [sum(found.channels[one].not_sent.values()) for one in channels],
        "Bounced": [found.channels[one].bounced for one in channels],
        "Sent": [found.channels[one].arrived for one in channels],
        "Waiting or uncertain": [_waiting(found.channels[one]) for one in channels],
    }
    every, mails = found.messages, emails(found.channels)
    return Chart(
        key="messages",
        title="Messages by channel",
        summary=f"{every.sent:,} of {every.planned:,} messages were sent; {rate(mails.opened, mails.arrived)} of the "
        f"emails that did not bounce were opened, {rate(mails.clicked, mails.arrived)} clicked. "
        "Opens are unreliable: mail programs open by themselves, or hide it.",
        columns=(
            "Channel", "Planned", "Sent", "Told delivered", "Bounced", "Bounced of sent", "Opened",
            "Opened of not bounced", "Clicked", "Clicked of not bounced", "Complained", "Complained of not bounced",
            "Unsubscribed", "Unsubscribed of not bounced", "Not sent",
        ),
        rows=[(name, *_figures(found.channels[one])) for name, one in zip(names, channels, strict=True)],
        traces=parted(names, parts, ("tn:grey", "tn:red", "tn:green", "tn:yellow")) if channels else [],
        layout={"barmode": "stack", "margin": {"b": 40}},
        report="campaign_messages",
        height=max(220, 48 * len(channels) + 100),
        when_empty="No message was planned in these days.",
    )  # fmt: skip


def _waiting(messages: Messages) -> int:
    return messages.planned - messages.sent - sum(messages.not_sent.values())


def _figures(one: Messages) -> tuple[Any, ...]:
    return (
        one.planned, one.sent, one.delivered, one.bounced, rate(one.bounced, one.sent), one.opened,
        rate(one.opened, one.arrived), one.clicked, rate(one.clicked, one.arrived), one.complained,
        rate(one.complained, one.arrived), one.unsubscribed, rate(one.unsubscribed, one.arrived),
        sum(one.not_sent.values()),
    )  # fmt: skip


def not_sent(messages: Messages, campaign: Campaign | None) -> Chart:
    labels = {str(one.value): str(one.label) for one in SkipReason} | {"failed": "Failed"}
    reasons = sorted(messages.not_sent.items(), key=lambda one: -one[1])
    total, first = sum(number for _, number in reasons), reasons[0][0] if reasons else ""
    return Chart(
        key="not-sent",
        title="Why messages were not sent",
        summary=f"{total:,} of {messages.planned:,} were not sent, most often: {labels.get(first, first)}."
        if first else "",
        columns=("Reason", "Messages", "Share of planned"),
        rows=[(labels.get(reason, reason), number, rate(number, messages.planned)) for reason, number in reasons],
        links=[
            listed("delivery", campaign, **({"state__exact": "failed"} if reason == "failed" else {"reason": reason}))
            for reason, _ in reasons
        ],
        traces=bars([labels.get(reason, reason) for reason, _ in reasons], [number for _, number in reasons])
        if reasons else [],
        report="campaign_messages",
        height=36 * len(reasons) + 70,
        when_empty="Every message that was due was sent." if messages.planned else "No message was planned.",
    )  # fmt: skip


def days(asked: Asked) -> Chart:
    rows, period = kept("campaign_days", **about(asked)).rows, asked.about["period"]
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
    rows = kept("campaign_tasks", **about(asked)).rows
    states = {state: [row for row in rows if row.state == state] for state in _TASK_STATES}
    numbers = {state: sum(row.n for row in ones) for state, ones in states.items() if ones}
    total = sum(numbers.values())
    hours = [row.median_hours for row in states["DONE"]]
    return Chart(
        key="tasks",
        title="Tasks that campaigns made",
        summary=f"{numbers.get('DONE', 0):,} of {total:,} tasks are done."
        + (f" Half of them within {amount(hours[0], 'hours')}." if len(hours) == 1 else ""),
        columns=("State", "Tasks", "Late", "Share"),
        rows=[
            (_TASK_STATES[state], number, sum(row.late for row in states[state]), rate(number, total))
            for state, number in numbers.items()
        ],
        traces=bars([_TASK_STATES[state] for state in numbers], list(numbers.values())) if numbers else [],
        report="campaign_tasks",
        height=36 * len(numbers) + 70,
        when_empty="No campaign made a task in these days.",
    )


def about(asked: Asked) -> dict[str, Any]:
    """How a report about campaigns is asked."""
    period, campaign = asked.about["period"], asked.about["campaign"]
    return about_campaigns(owners=asked.owners, period=period, now=asked.now, campaign=campaign)
