"""What is planned for one customer in the next days, at which local time, and what may stop it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from campaigns.definition.flow import Flow
from campaigns.definition.kinds import CHANNELS, PATHS
from campaigns.definition.parts import Step
from campaigns.definition.text import DefinitionError
from campaigns.definition.words import name_of, spoken
from campaigns.models import Campaign, CampaignVersion, MessageTemplate, QuietHours, RunState, StepRun
from campaigns.queries.definitions import read
from campaigns.rules.gate import opening, tells_customer
from campaigns.rules.schedule import due_after
from lifecycle.models import Customer
from lifecycle.rules.calendar import zone_of

from .hindrances import Message, hindrances_of

DAYS = 30
_MOST_RUNS = 200
_OPEN = (RunState.WAITING, RunState.LEASED, RunState.FROZEN)
_KEYS = ("action", "endpoint", "trait")  # settings that name something by its key
_UNCERTAIN = frozenset({*PATHS, "split", "holdout"})  # what comes after them is not known before


@dataclass(frozen=True, slots=True)
class Planned:
    """One step. ``run``: the row that waits for it; a step without one follows for certain. ``local``: where it is.

    ``title``: what it says or does. ``delay``: why it is later than its campaign says.
    """

    at: datetime
    local: datetime
    campaign: Campaign
    enrollment_id: int
    step: Step
    run: StepRun | None
    title: str
    delay: str
    hindrances: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return name_of(self.step.kind)

    @property
    def channel(self) -> str:
        return CHANNELS.get(self.step.kind, "")


@dataclass(frozen=True, slots=True)
class _Clock:
    """The zone of the customer, the hours that are quiet there, and from when until when is asked."""

    zone: str
    quiet: tuple[time, time] | None
    now: datetime
    until: datetime


def calendar_of(customer: Customer, *, now: datetime) -> list[Planned]:
    """Steps that wait and those that follow them for certain, in order of time; a fixed number of statements."""
    until = now + timedelta(days=DAYS)
    rows = StepRun.objects.filter(customer=customer, state__in=_OPEN, due_at__lt=until).order_by("due_at", "id")
    runs = list(rows.select_related("campaign", "enrollment__version")[:_MOST_RUNS])
    if not runs:
        return []
    quiet = QuietHours.objects.filter(is_on=True).values_list("starts", "ends").first()
    clock = _Clock(customer.timezone, quiet, now, until)
    flows = _flows({run.enrollment.version_id: run.enrollment.version for run in runs})
    steps = [
        (run, step, at, delay)
        for run in runs
        if run.enrollment.version_id in flows
        for step, at, delay in _certain(run, flows[run.enrollment.version_id], clock)
    ]
    steps.sort(key=lambda one: one[2])
    found = hindrances_of(
        customer,
        [_message(run, step, at, flows[run.enrollment.version_id]) for run, step, at, _ in steps],
        now=now,
    )
    zone = zone_of(customer.timezone)
    names = _names_of_templates(step for _, step, _, _ in steps)
    return [
        Planned(
            at, at.astimezone(zone), run.campaign, run.enrollment_id, step, run if step.key == run.step else None,
            _title(step, run.campaign, names), delay, why,
        )
        for (run, step, at, delay), why in zip(steps, found, strict=True)
    ]  # fmt: skip


def _names_of_templates(steps: Iterable[Step]) -> dict[str, str]:
    keys = {key for step in steps if (key := getattr(step.settings, "template", ""))}
    return dict(MessageTemplate.objects.filter(key__in=keys).values_list("key", "name"))


def _title(step: Step, campaign: Campaign, templates: Mapping[str, str]) -> str:
    """What a step says or does: the name of its template, or the words of its settings."""
    settings: Any = step.settings
    if template := getattr(settings, "template", ""):
        return templates.get(template, campaign.name)
    for name in ("title", "action", "endpoint", "message", "trait"):
        if value := getattr(settings, name, ""):
            return spoken(str(value)).capitalize() if name in _KEYS else str(value)
    return spoken(step.key).capitalize()


def _flows(versions: Mapping[int, CampaignVersion]) -> dict[int, Flow]:
    """Of those that can be read: nobody works on the others either."""
    flows = {}
    for key, version in versions.items():
        with suppress(DefinitionError):
            flows[key] = Flow(read(version.definition))
    return flows


def _certain(run: StepRun, flow: Flow, clock: _Clock) -> Iterator[tuple[Step, datetime, str]]:
    """The step of a run, and those after it up to the first that parts; with each why it is late."""
    step, at, delay = flow.steps.get(run.step), max(run.due_at, clock.now), run.reason
    while step is not None and at < clock.until:
        yield step, at, delay
        if step.kind in _UNCERTAIN:
            return
        done_at = _done_at(step, at, flow, clock)
        delay = (
            f"Quiet hours make “{spoken(step.key)}” before it wait until {_told(done_at, clock)}."
            if done_at > at
            else ""
        )
        step = flow.next(step.key)
        if step is not None:
            at = due_after(done_at, step.after, clock.zone, step.window)


def _told(at: datetime, clock: _Clock) -> str:
    return f"{at.astimezone(zone_of(clock.zone)):%-d %b, %H:%M}"


def _done_at(step: Step, at: datetime, flow: Flow, clock: _Clock) -> datetime:
    """When a step that is due at an instant is done: its message waits while hours are quiet."""
    channel = CHANNELS.get(step.kind, "")
    if clock.quiet is None or flow.definition.message_class != "marketing" or not channel:
        return at
    return opening(at, clock.quiet, step.window, clock.zone) if tells_customer(channel) else at


def _message(run: StepRun, step: Step, at: datetime, flow: Flow) -> Message:
    definition = flow.definition
    return Message(
        at=at,
        channel=CHANNELS.get(step.kind, ""),
        is_marketing=definition.message_class == "marketing",
        topic=definition.topic,
        priority=definition.priority,
        is_paused=run.state == RunState.FROZEN,
    )
