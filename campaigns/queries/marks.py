"""What versions listen for, as words of ``sql.exits``: event:login, into:17, out of:17."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from campaigns.definition.parts import Definition, EnteredTag, Marks
from campaigns.models import CampaignVersion, EndReason, VersionState
from lifecycle.models import StatusTag

from .definitions import readable

Tags = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Mark:
    """A word that ends a version for a customer, and why; a goal counts within so many days."""

    version: int
    word: str
    reason: EndReason
    days: int


@dataclass(frozen=True)
class Listening:
    """``awaited``: the words that wake waits; ``versions``: those that listen for anything."""

    marks: tuple[Mark, ...]
    awaited: frozenset[str]
    versions: frozenset[int]

    @cached_property
    def words(self) -> list[str]:
        return sorted(self.awaited.union(mark.word for mark in self.marks))


def listening() -> Listening:
    """What all versions that customers have ever entered listen for."""
    tags = {(lifecycle, code): number for number, lifecycle, code in
            StatusTag.objects.values_list("id", "lifecycle__code", "code")}  # fmt: skip
    versions = CampaignVersion.objects.filter(state__in=(VersionState.LIVE, VersionState.RETIRED))
    heard = [(version, flow.definition) for version, flow in readable(versions.defer("definition"))]
    marks = tuple(mark for version, definition in heard for mark in _marks(version, definition, tags))
    awaited = {version.id: list(_awaited(definition)) for version, definition in heard}
    return Listening(
        marks=marks,
        awaited=frozenset(word for words in awaited.values() for word in words),
        versions=frozenset(mark.version for mark in marks).union(one for one, words in awaited.items() if words),
    )


def _marks(version: CampaignVersion, definition: Definition, tags: Tags) -> Iterator[Mark]:
    days = definition.goal_within_days
    for reason, marks in ((EndReason.GOAL, definition.goal), (EndReason.EXIT, definition.exit)):
        for word in _words(marks, definition.lifecycle, tags):
            yield Mark(version.id, word, reason, days)
    if definition.stay_in_tag and isinstance(definition.trigger, EnteredTag):
        yield Mark(version.id, f"out of:{version.trigger_tag_id}", EndReason.STAY_ENDED, days)


def _words(marks: Marks, lifecycle: str, tags: Tags) -> Iterator[str]:
    yield from (f"event:{name}" for name in marks.events)
    yield from (f"into:{tags[lifecycle, code]}" for code in marks.tags if (lifecycle, code) in tags)


def _awaited(definition: Definition) -> Iterable[str]:
    events = (getattr(step.settings, "event", None) for _, step in definition.all_steps())
    return (f"event:{name}" for name in events if name is not None)
