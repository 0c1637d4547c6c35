"""The kinds of steps, and what each does when it is due."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.channels.port import Outgoing
from campaigns.definition.kinds import CHANNELS, KINDS
from campaigns.definition.parts import Definition, Part, Step
from campaigns.models import Enrollment, StepRun


@dataclass(frozen=True, slots=True)
class Work:
    """One run that is due, and all that its kind may read. ``enrollment`` comes with customer, version and campaign."""

    run: StepRun
    enrollment: Enrollment
    definition: Definition
    step: Step

    @property
    def campaign(self) -> str:
        """Its key."""
        return self.enrollment.version.campaign.key

    @property
    def settings(self) -> Any:
        return self.step.settings


@dataclass(frozen=True, slots=True)
class Done:
    """``path``: which one the customer takes from here."""

    path: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """Not yet: look again at an instant. ``is_fault``: something went wrong, and the attempt counts."""

    at: datetime
    reason: str = ""
    is_fault: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """It was left out on purpose; the customer goes on to the next step."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It cannot be done, now or ever; the customer goes on to the next step."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ends:
    """The customer goes no further."""

    reason: str


Outcome = Done | Later | Skipped | Failed | Ends
# Acts for all works in the transaction that completes their runs; returns the outcome of each run, by its id.
Run = Callable[[Sequence[Work], datetime], Mapping[int, Outcome]]
# Writes the message of a work, outside of any transaction. Raises ``CannotBeWritten``.
Write = Callable[[Work, Any], Outgoing]


class CannotBeWritten(ValueError):
    """The message cannot be written; the sentence says why, and nothing is sent."""


@dataclass(frozen=True, slots=True)
class Kind:
    """``run`` for what happens in the database alone, ``write`` for what goes out by ``channel``.

    ``is_timely``: ``run`` is left out for a customer whom it would reach later than the step allows.
    """

    name: str
    settings: type[Part]
    run: Run | None = None
    write: Write | None = None
    channel: str = ""
    is_timely: bool = False


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Make a kind of step known. Raises ``ValueError`` if the name is taken."""
    if kind.name in _kinds:
        raise ValueError(f"a kind of step is called {kind.name} already")
    if (kind.run is None) == (kind.write is None):
        raise ValueError(f"{kind.name}: a kind either runs in the database or writes a message")
    if (kind.write is None) == bool(kind.channel):
        raise ValueError(f"{kind.name}: a kind that writes a message, and no other, has a channel")
    _kinds[kind.name] = kind
    KINDS[kind.name] = kind.settings


def kind_of(name: str) -> Kind:
    return _kinds[name]


def run_of(name: str) -> Run:
    """What a kind does in the database. Raises ``LookupError`` if it writes a message instead."""
    if (run := _kinds[name].run) is None:
        raise LookupError(f"steps of the kind {name} write messages")
    return run


def known_kinds() -> list[str]:
    """What is done in the database alone comes first: it takes no time."""
    return sorted(_kinds, key=lambda name: bool(_kinds[name].channel))


def channel_of(name: str) -> str:
    """The channel through which a kind sends, or nothing."""
    return _kinds[name].channel if name in _kinds else CHANNELS.get(name, "")
