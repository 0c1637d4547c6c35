"""What a campaign says, as its JSON is spelled: trigger, conditions, steps.

``msgspec`` reads it: every field has a type and bounds, an unknown field is refused, and a mistake names its place.
Condition trees stay as they are written; ``lifecycle.rules.parse`` reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Key = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Name = Annotated[str, Meta(min_length=1, max_length=80)]
Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
End = Annotated[str, Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
Weekday = Annotated[int, Meta(ge=1, le=7)]  # Monday is 1
Percent = Annotated[int, Meta(ge=1, le=99)]
Tree = dict[str, Any]


class Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all parts: read once, never changed, written without what goes without saying."""


class Delay(Part, frozen=True):
    """How long after the step before. Minutes and hours are exact; days keep the time of day of the customer's zone.

    ``at``: at this time of the day that is reached, the next day if it is past. So ``{"days": 1}`` is the same time
    tomorrow, ``{"days": 1, "at": "09:00"}`` is tomorrow at nine, and ``{"at": "09:00"}`` the next nine o'clock.
    """

    minutes: Annotated[int, Meta(ge=0, le=525_600)] = 0
    hours: Annotated[int, Meta(ge=0, le=8_784)] = 0
    days: Annotated[int, Meta(ge=0, le=1_100)] = 0
    at: Clock | None = None

    @property
    def is_exact(self) -> bool:
        """Whether it is the same for all zones."""
        return not self.days and self.at is None


class Window(Part, frozen=True):
    """When a step may be done, in the customer's zone; may wrap midnight, and then belongs to the day it began on."""

    starts: Clock = "00:00"
    ends: End = "24:00"
    weekdays: tuple[Weekday, ...] = ()


class EnteredTag(Part, frozen=True, tag="entered_tag", tag_field="kind"):
    lifecycle: Name
    tag: Name
    from_tag: Name | None = None


class LeftTag(Part, frozen=True, tag="left_tag", tag_field="kind"):
    lifecycle: Name
    tag: Name


class HappenedEvent(Part, frozen=True, tag="event", tag_field="kind"):
    """``where``: properties that the event must have, with these very values."""

    name: Name
    where: dict[str, str | int | float | bool] = {}


class BecameTrue(Part, frozen=True, tag="metric", tag_field="kind"):
    """A condition that did not hold at the last look and does now."""

    condition: Tree


class DateReached(Part, frozen=True, tag="date", tag_field="kind"):
    """So many days before (negative) or after a date of the customer.

    It is ``renewal_date`` or ``contract_end_date`` of the account, a metric that is a date, or a trait.
    """

    date: Name
    days: Annotated[int, Meta(ge=-366, le=1_100)]
    at: Clock = "09:00"


class Scheduled(Part, frozen=True, tag="schedule", tag_field="kind"):
    """Everybody in a segment, again and again. ``day``: of the week (1 to 7) or of the month (1 to 31, or its last)."""

    segment: Name
    every: Literal["day", "week", "month"]
    at: Clock = "09:00"
    day: Annotated[int, Meta(ge=1, le=31)] = 1


Trigger = EnteredTag | LeftTag | HappenedEvent | BecameTrue | DateReached | Scheduled


class Marks(Part, frozen=True):
    """What ends a campaign for a customer: any of these events, or entering any of these tags of its lifecycle."""

    events: tuple[Name, ...] = ()
    tags: tuple[Name, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.events or self.tags)


class Step(Struct, frozen=True):
    """One step, with its settings as its kind declares them, and the paths that part from it."""

    key: str
    kind: str
    settings: Any
    after: Delay
    window: Window | None = None
    max_late_hours: int = 48
    paths: tuple[Path, ...] = ()


class Path(Struct, frozen=True):
    name: str
    steps: tuple[Step, ...]


class Definition(Struct, frozen=True):
    """The whole of a version. ``lifecycle``: whose tags its conditions speak of.

    ``reentry``: ``never``, ``always``, or a number of days. ``holdout``: per cent who only are watched.
    """

    lifecycle: str
    trigger: Trigger
    steps: tuple[Step, ...]
    message_class: Literal["transactional", "marketing"] = "marketing"
    topic: str = ""
    priority: int = 50
    reentry: Literal["never", "always"] | int = "never"
    entry: Tree | None = None
    stay: Tree | None = None
    stay_in_tag: bool = False
    exit: Marks = Marks()
    goal: Marks = Marks()
    goal_within_days: int = 90
    holdout: int = 0

    def all_steps(self) -> Iterator[tuple[str, Step]]:
        """Every step with its place, such as ``steps[1].paths.yes[0]``, in the order in which they stand."""
        yield from _walk(self.steps, "steps")

    @property
    def listens_for(self) -> frozenset[str]:
        """The events that start, wake or end it."""
        names = {*self.exit.events, *self.goal.events}
        if isinstance(self.trigger, HappenedEvent):
            names.add(self.trigger.name)
        names.update(
            step.settings.event for _, step in self.all_steps() if getattr(step.settings, "event", None) is not None
        )
        return frozenset(names)


def _walk(steps: tuple[Step, ...], place: str) -> Iterator[tuple[str, Step]]:
    for number, step in enumerate(steps):
        yield f"{place}[{number}]", step
        for path in step.paths:
            yield from _walk(path.steps, f"{place}[{number}].paths.{path.name}")
