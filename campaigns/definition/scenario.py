"""A scenario: what happens to one customer, and what a campaign is expected to do about it.

Times are of the customer's zone, such as ``2026-03-01 09:00``, unless they name an offset of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from lifecycle.rules.calendar import zone_of
from lifecycle.rules.traits import is_zone

from .parts import Key, Name, Part

MAX_DAYS = 1_100
Text = Annotated[str, Meta(max_length=500)]
When = Annotated[str, Meta(min_length=10, max_length=40)]


class ScenarioError(ValueError):
    """The scenario cannot be played; the sentence says where and why."""


class Reader(Part, frozen=True):
    """The customer. ``tags``: where it stands at first, by lifecycle; ``topics``: its yes or no before that.

    ``takes``: which path of a split it takes, by the key of the step; ``is_held_out``: whether it only is watched.
    """

    timezone: Name = "UTC"
    email: Annotated[str, Meta(max_length=254)] = "reader@example.com"
    traits: dict[Name, str | int | float | bool] = {}
    tags: dict[Name, Name] = {}
    topics: dict[Name, bool] = {}
    takes: dict[Key, Key] = {}
    is_held_out: bool = False


class Given(Part, frozen=True):
    """One thing that happens: an event, a move to a tag, the last move taken back, a yes or no to topics."""

    at: When
    event: Name | None = None
    properties: dict[str, Any] = {}
    move: Name | None = None
    lifecycle: Name | None = None
    taken_back: bool = False
    topics: dict[Name, bool] = {}


class Enrolled(Part, frozen=True):
    """``ended`` and ``reason`` as far as they are said."""

    at: When
    ended: When | None = None
    reason: Text | None = None


class Message(Part, frozen=True):
    """``step``: its key; ``skipped``: the reason for which it did not go out."""

    at: When
    step: Text | None = None
    channel: Literal["email", "in_app", "webhook"] = "email"
    template: Text | None = None
    subject: Text | None = None
    skipped: Text | None = None
    state: Text | None = None


class Asked(Part, frozen=True):
    """A task, or what a team is told."""

    at: When
    title: Text | None = None
    team: Text | None = None
    due: When | None = None
    state: Text | None = None


class Expected(Part, frozen=True):
    """What is not written here must not come. ``traits``: the values of some at the end."""

    enrollments: tuple[Enrolled, ...] = ()
    messages: tuple[Message, ...] = ()
    tasks: tuple[Asked, ...] = ()
    alerts: tuple[Asked, ...] = ()
    traits: dict[Name, str | int | float | bool | None] = {}


class Scenario(Part, frozen=True):
    """``rules``: the rules of the lifecycle move the customer as well; otherwise it moves as is given alone."""

    starts: When
    about: Text = ""
    campaign: Name | None = None
    days: Annotated[int, Meta(ge=1, le=MAX_DAYS)] = 400
    rules: bool = False
    customer: Reader = Reader()
    given: Annotated[tuple[Given, ...], Meta(max_length=1_000)] = ()
    expect: Expected | None = None

    def instant(self, text: str) -> datetime:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone_of(self.customer.timezone))).astimezone(UTC)

    @property
    def begins(self) -> datetime:
        return self.instant(self.starts)

    @property
    def ends(self) -> datetime:
        return self.begins + timedelta(days=self.days)


def read_scenario(found: object) -> Scenario:
    """Read plain JSON or YAML values. Raises ``ScenarioError`` with the first mistake."""
    try:
        text = msgspec.json.encode(msgspec.to_builtins(found))  # YAML reads times; here they are texts
    except (TypeError, ValueError, RecursionError) as error:
        raise ScenarioError(f"It says what JSON cannot say: {error}.") from None
    if b"\\u0000" in text:
        raise ScenarioError("It contains the NUL character.")
    try:
        scenario = msgspec.json.decode(text, type=Scenario)
    except (msgspec.ValidationError, RecursionError) as error:
        message, _, path = str(error).partition(" - at `$")
        raise ScenarioError(f"{path.strip('`.') or 'scenario'}: {message}.") from None
    for problem in _problems(scenario):
        raise ScenarioError(problem)
    return scenario


def _problems(scenario: Scenario) -> Iterator[str]:
    if not is_zone(scenario.customer.timezone):
        yield f"customer.timezone: {scenario.customer.timezone} is no zone such as Europe/Berlin."
    for place, text in _times(scenario):
        try:
            scenario.instant(text)
        except (ValueError, OverflowError):
            yield f"{place}: {text} is no time such as 2026-03-01 09:00."
    for number, one in enumerate(scenario.given):
        yield from _disorder(scenario, one, f"given[{number}]")


def _times(scenario: Scenario) -> Iterator[tuple[str, str]]:
    yield "starts", scenario.starts
    for number, one in enumerate(scenario.given):
        yield f"given[{number}].at", one.at
    for name in ("enrollments", "messages", "tasks", "alerts"):
        for number, line in enumerate(getattr(scenario.expect, name, ())):
            for field in ("at", "ended", "due"):
                if (text := getattr(line, field, None)) is not None:
                    yield f"expect.{name}[{number}].{field}", text


def _disorder(scenario: Scenario, one: Given, place: str) -> Iterator[str]:
    said = [one.event is not None, one.move is not None, one.taken_back, bool(one.topics)]
    if sum(said) != 1:
        yield f"{place}: it is one of event, move, taken_back and topics."
    if one.properties and one.event is None:
        yield f"{place}.properties: only events have properties."
    if one.lifecycle and one.move is None and not one.taken_back:
        yield f"{place}.lifecycle: only moves have a lifecycle."
    if not scenario.begins <= scenario.instant(one.at) <= scenario.ends:
        yield f"{place}.at: {one.at} is not within the {scenario.days} days from {scenario.starts} on."
