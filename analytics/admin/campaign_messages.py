"""What campaigns sent, by channel, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.queries.campaigns import Results
from analytics.rules.results import Messages
from campaigns.models import Campaign, Channel, SkipReason

from .campaign_links import planned
from .charts import Chart, bars, lying, parted
from .words import rate


def emails(channels: Mapping[str, Messages]) -> Messages:
    """What can bounce, be opened and be complained of."""
    return channels.get(Channel.EMAIL, Messages())


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
        layout={"barmode": "stack"},
        report="campaign_messages",
        height=max(220, 48 * len(channels) + 120),
        axis="Messages",
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


def not_sent(found: Results, campaign: Campaign | None) -> Chart:
    messages = found.messages
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
            planned(found, campaign, state__exact="failed")
            if reason == "failed"
            else planned(found, campaign, state__exact="skipped", reason=reason)
            for reason, _ in reasons
        ],
        traces=bars([labels.get(reason, reason) for reason, _ in reasons], [number for _, number in reasons])
        if reasons else [],
        report="campaign_messages",
        height=lying(len(reasons)),
        axis="Messages",
        when_empty="Every message that was due was sent." if messages.planned else "No message was planned.",
    )  # fmt: skip
