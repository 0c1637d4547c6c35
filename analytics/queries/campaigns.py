"""What came of campaigns in a period: who entered, what was sent, who reached the goal, and whether that was chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.rules.chance import Arm
from analytics.rules.lift import Lift
from analytics.rules.periods import Period
from analytics.rules.results import Enrolled, Messages, enrolled_of, messages_of
from campaigns.models import Campaign
from campaigns.queries.definitions import readable

from .kept import kept
from .lift import lift_of
from .reports import Told

OVER_ALL = ("campaign_days", "campaign_tasks")  # beside what ``results`` asks


@dataclass(frozen=True, slots=True)
class Compared:
    """Chance at entry (``step`` empty) or at a step. ``share``: how many per cent it holds out."""

    step: str
    share: int
    lift: Lift


@dataclass(frozen=True, slots=True)
class Result:
    """One campaign; ``channels``: its messages by channel, ``versions``: by number."""

    campaign: Campaign
    enrolled: Enrolled
    messages: Messages
    channels: Mapping[str, Messages]
    versions: Mapping[int, Enrolled]
    compared: Sequence[Compared]

    @property
    def sentence(self) -> str:
        """Whether it worked."""
        if not self.compared:
            return "No holdout: cannot tell whether it worked."
        return " ".join(f"{_where(one)}{one.lift.sentence}" for one in self.compared)


@dataclass(frozen=True, slots=True)
class Results:
    as_of: datetime
    period: Period
    results: Sequence[Result]
    enrolled: Enrolled
    messages: Messages
    channels: Mapping[str, Messages]


def results(
    *, owners: Collection[int] | None, period: Period, now: datetime, campaign: Campaign | None = None
) -> Results:
    """Of one campaign, or of all in which something happened, by name."""
    enrolled, messages, arms = (
        ask_campaigns(name, owners=owners, period=period, now=now, campaign=campaign)
        for name in ("campaign_enrolled", "campaign_messages", "campaign_arms")
    )
    by_campaign = [_by(told.rows, "campaign") for told in (enrolled, messages, arms)]
    ids = {campaign.id} if campaign else set().union(*by_campaign)
    found = Campaign.objects.filter(id__in=ids).order_by("name", "id")
    return Results(
        as_of=min(told.as_of for told in (enrolled, messages, arms)),
        period=period,
        results=[_result(one, *(rows[one.id] for rows in by_campaign)) for one in found],
        enrolled=enrolled_of(enrolled.rows),
        messages=messages_of(messages.rows),
        channels=_channels(messages.rows),
    )


def ask_campaigns(
    report: str, *, owners: Collection[int] | None, period: Period, now: datetime, campaign: Campaign | None
) -> Told:
    """One of the reports ``campaign_…``, of a campaign or of all."""
    number = campaign.id if campaign else None
    return kept(report, owners=owners, now=now, campaign=number, since=period.since, until=period.until)


def steps_in_order(campaign: Campaign) -> dict[str, str]:
    """The kind of each step by its key, in the order of the newest version that has it."""
    kinds: dict[str, str] = {}
    for _, flow in readable(campaign.versions.order_by("-number").defer("definition")):
        kinds = {**kinds, **{step.key: step.kind for _, step in flow.definition.all_steps() if step.key not in kinds}}
    return kinds


def _result(campaign: Campaign, enrolled: list[Any], messages: list[Any], arms: list[Any]) -> Result:
    return Result(
        campaign=campaign,
        enrolled=enrolled_of(enrolled),
        messages=messages_of(messages),
        channels=_channels(messages),
        versions={number: enrolled_of(rows) for number, rows in _by(enrolled, "version").items()},
        compared=[_compared(row) for row in arms],
    )


def _compared(row: Any) -> Compared:
    treated, held_out = Arm(row.treated, row.treated_converted), Arm(row.held_out, row.held_out_converted)
    return Compared(row.step, row.share, lift_of(treated, held_out))


def _where(one: Compared) -> str:
    return f"At step {one.step}: " if one.step else ""


def _channels(rows: Iterable[Any]) -> dict[str, Messages]:
    return {channel: messages_of(ones) for channel, ones in sorted(_by(rows, "channel").items())}


def _by(rows: Iterable[Any], name: str) -> defaultdict[Any, list[Any]]:
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found
