"""What floors above put on a customer's page: cards above the timeline, and entries among those of the timeline.

A floor registers when its admin is imported. What a person may not see is neither asked for nor shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from lifecycle.models import Customer


@dataclass(frozen=True, slots=True)
class Shown:
    """A template of one card's content, and what it needs."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Panel:
    """A card. ``show`` returns ``None`` where there is nothing to say of a customer, and takes a fixed number of
    statements. The smaller ``order`` comes first."""

    name: str
    title: str
    permission: str
    order: int
    show: Callable[[HttpRequest, Customer, datetime], Shown | None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a timeline something stands. At one instant the higher ``rank`` is the later one."""

    at: datetime
    rank: int
    id: int

    def before(self, rank: int, at: str) -> Q:
        """Rows of a source that come before this place; ``at`` names their instant."""
        same = Q() if rank < self.rank else Q(id__lt=self.id)
        older = Q(**{f"{at}__lt": self.at})
        return older if rank > self.rank else older | Q(**{at: self.at}) & same


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a timeline; the template shows ``item``. The id is unique among those of its rank."""

    at: datetime
    rank: int
    id: int
    template: str
    item: Any

    @property
    def place(self) -> tuple[datetime, int, int]:
        return self.at, self.rank, self.id


@dataclass(frozen=True, slots=True)
class Source:
    """Where entries come from: the latest ``size`` of a customer before a place, or at all, in one statement."""

    rank: int
    permission: str
    read: Callable[[Customer, Place | None, int], Iterable[Entry]]


@dataclass(frozen=True, slots=True)
class Card:
    """A panel as it stands on the page."""

    panel: Panel
    content: Shown


_panels: dict[str, Panel] = {}
_sources: dict[int, Source] = {}


def register_panel(panel: Panel) -> None:
    if panel.name in _panels:
        raise ValueError(f"There are two panels called {panel.name}.")
    _panels[panel.name] = panel


def register_source(source: Source) -> None:
    if source.rank in _sources:
        raise ValueError(f"There are two sources of the rank {source.rank}.")
    _sources[source.rank] = source


def cards(request: HttpRequest, customer: Customer, *, now: datetime) -> list[Card]:
    """The cards that the person may see, in their order."""
    allowed = (one for one in _panels.values() if request.user.has_perm(one.permission))
    shown = ((panel, panel.show(request, customer, now)) for panel in sorted(allowed, key=lambda one: one.order))
    return [Card(panel, content) for panel, content in shown if content]


def sources(user: Any) -> list[Source]:
    """The sources that the person may read."""
    return [source for source in _sources.values() if user.has_perm(source.permission)]
