"""What the page of one customer shows: who, where in each lifecycle, what is known, what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from lifecycle import queries
from lifecycle.models import Customer, CustomerStatus, Lifecycle, Pin, Synergy
from lifecycle.queries import Explanation, Milestone
from lifecycle.templatetags.wording import ShownLine, shown_lines

from .current import active_lifecycles
from .facts import SHOWN, Group, groups
from .panels import Card, cards
from .timeline import Timeline, timeline


@dataclass(frozen=True, slots=True)
class Standing:
    """One published rule as it stands for the customer."""

    explanation: Explanation
    lines: tuple[ShownLine, ...]

    @property
    def met(self) -> int:
        return sum(line.is_met for line in self.lines)

    @property
    def has_shorter_way(self) -> bool:
        """Whether less has to change than that every condition is met."""
        return 0 < len(self.explanation.changes) < len(self.lines) - self.met


@dataclass(frozen=True, slots=True)
class Place:
    """Where the customer is in one lifecycle. ``days`` is ``None`` before the first activity."""

    lifecycle: Lifecycle
    status: CustomerStatus | None
    days: int | None
    standings: tuple[Standing, ...]
    pin: Pin | None
    synergy: Synergy | None


@dataclass(frozen=True, slots=True)
class CustomerPage:
    places: tuple[Place, ...]
    facts: tuple[Group, ...]
    milestones: tuple[Milestone, ...]
    timeline: Timeline
    cards: tuple[Card, ...]


def customer_page(request: HttpRequest, customer: Customer, *, now: datetime) -> CustomerPage:
    """Read the page; the number of statements depends on the number of lifecycles and of cards alone."""
    lifecycles = active_lifecycles(request)
    statuses = {
        status.lifecycle_id: status for status in CustomerStatus.objects.filter(customer=customer).select_related("tag")
    }
    values = {}
    if lifecycles:
        names = [metric.name for metric in SHOWN]
        values = queries.metric_values(customer, lifecycles[0], as_of=now, names=names)
    return CustomerPage(
        places=tuple(_place(customer, one, statuses.get(one.id), now) for one in lifecycles),
        facts=groups(values),
        milestones=queries.milestones(customer),
        timeline=timeline(customer, user=request.user, before=request.GET.get("before", "")),
        cards=tuple(cards(request, customer, now=now)),
    )


def _place(customer: Customer, lifecycle: Lifecycle, status: CustomerStatus | None, now: datetime) -> Place:
    days = queries.metric_values(customer, lifecycle, as_of=now, names=["days_in_tag"])["days_in_tag"]
    explanations = queries.explain(customer, lifecycle, as_of=now, from_here=True) if status else ()
    return Place(
        lifecycle=lifecycle,
        status=status,
        days=days if isinstance(days, int) else None,
        standings=tuple(Standing(one, shown_lines(one.lines, stale=one.stale)) for one in explanations),
        pin=queries.pin_of(customer, lifecycle, as_of=now),
        synergy=queries.synergy_of(customer, status.tag if status else None),
    )
