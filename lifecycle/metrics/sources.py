"""How the value of a metric follows from what is stored. ``lifecycle.sql.metrics`` turns each kind into SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

MetricKind = Literal["number", "text", "boolean", "date"]


@dataclass(frozen=True, slots=True)
class Fact:
    """The value of a column of ``CustomerFacts``."""

    column: str


@dataclass(frozen=True, slots=True)
class Collected:
    """The value of a column of ``CollectedMetrics``; missing until the customer has a complete day.

    ``is_lifelong``: it counts everything there ever was, and not the last days.
    """

    column: str
    is_lifelong: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """The value of a column of ``ReportedMetrics``; missing where nothing was reported. ``choices``: its only words."""

    column: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Minus:
    left: Number
    right: Number


@dataclass(frozen=True, slots=True)
class Ratio:
    """``over / under * times``; missing when ``under`` is 0."""

    over: Number
    under: Number
    times: int = 1


# What can be calculated with. A calculated metric is rounded to two decimals.
Number = Fact | Collected | Minus | Ratio


@dataclass(frozen=True, slots=True)
class DaysSince:
    """Complete days since the day of an instant: 0 until the end of that day, 1 at the end of the next.

    "Idle for N days" therefore becomes true at the end of day N, after that day's events.
    """

    instant: str


@dataclass(frozen=True, slots=True)
class DayOf:
    """The UTC day of an instant."""

    instant: str


@dataclass(frozen=True, slots=True)
class Happened:
    """True if the instant is known: the thing happened at least once."""

    instant: str


@dataclass(frozen=True, slots=True)
class SinceEntry:
    """True if the instant lies after what had been seen when the customer entered the current tag.

    One order therefore never triggers two moves. False when the thing never happened.
    """

    instant: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field of the customer. ``codes`` maps the words that rules use to the stored codes."""

    field: str
    codes: Mapping[str, str] | None = None


Source = Number | DaysSince | DayOf | Happened | SinceEntry | Attribute | Reported


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    type: MetricKind
    unit: str
    source: Source
    label: str
    description: str
    other_names: tuple[str, ...] = ()

    @property
    def choices(self) -> tuple[str, ...]:
        """The only words a text metric can take, where the list is closed."""
        if isinstance(self.source, Reported):
            return self.source.choices
        codes = self.source.codes if isinstance(self.source, Attribute) else None
        return tuple(codes) if codes else ()

    @property
    def changes_with_time(self) -> bool:
        """Whether the value changes by waiting, with no new data."""
        return isinstance(self.source, DaysSince)

    @property
    def is_windowed(self) -> bool:
        """Whether it is summed up over the last days, so that it moves on with every day."""
        return any(isinstance(column, Collected) and not column.is_lifelong for column in self.columns)

    @property
    def depends_on_tag(self) -> bool:
        """Whether the value differs between lifecycles, because it looks at the current tag."""
        source = self.source
        return isinstance(source, SinceEntry) or (isinstance(source, DaysSince) and source.instant == ENTERED_TAG)

    @property
    def columns(self) -> tuple[Fact | Collected, ...]:
        """What it is calculated from; empty for attributes, for what is reported and for the entry into the tag."""
        return tuple(_columns(self.source))

    @property
    def collected_columns(self) -> tuple[str, ...]:
        """What it reads of ``CollectedMetrics``."""
        return tuple(column.column for column in self.columns if isinstance(column, Collected))

    @property
    def is_collected(self) -> bool:
        """Whether it follows from days, which are collected at their end, and not from each event at once."""
        return bool(self.collected_columns)


def _columns(source: Source) -> Iterator[Fact | Collected]:
    match source:
        case Fact() | Collected():
            yield source
        case Minus(left, right):
            yield from (*_columns(left), *_columns(right))
        case Ratio(over, under):
            yield from (*_columns(over), *_columns(under))
        case DaysSince(name) | DayOf(name) | Happened(name) | SinceEntry(name):
            if name == ENROLLED:
                yield from (Fact("last_enrolled_at"), Fact("first_event_at"))
            elif name != ENTERED_TAG:
                yield Fact(name)


# Instants that are no columns of CustomerFacts: when the customer entered the current tag (the first one: began to be
# active), and the latest enrollment (where none is told: the first activity).
ENTERED_TAG = "entered_tag_at"
ENROLLED = "enrolled_at"
