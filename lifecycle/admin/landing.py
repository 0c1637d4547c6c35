"""The landing page: how many customers are where, what moved last, what runs or failed, what waits for a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from lifecycle import queries
from lifecycle.models import Customer, TagCategory
from lifecycle.queries import TagCounts

from .current import active_lifecycles
from .filters import customers_in

LATEST = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """A tag or a category of tags. ``share`` is of all customers, ``length`` of the longest bar."""

    name: str
    category: str
    look: str
    customers: int
    share: float
    length: float = 0.0
    url: str = ""

    @property
    def share_shown(self) -> str:
        return "under 1%" if 0 < self.share < 0.01 else f"{self.share:.0%}"

    @property
    def width(self) -> str:
        return f"{self.length or self.share:.2%}"


@dataclass(frozen=True, slots=True)
class Picture:
    """The customers of one lifecycle by tag, and above it by category of tag."""

    counts: TagCounts
    bars: tuple[Bar, ...]
    categories: tuple[Bar, ...]


def landing(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds to the context what the person may see; parts that may not be seen are absent."""
    now = timezone.now()
    may = request.user.has_perm
    context["title"] = "Overview"
    context["has_customers"] = Customer.objects.order_by().exists()
    context["warnings"] = queries.warnings(now=now)
    if may("lifecycle.view_customer"):
        context["pictures"] = pictures(request, now=now)
    if may("lifecycle.view_transition"):
        context["transitions"] = queries.in_portfolio(queries.latest_transitions(), request.user)[:LATEST]
    if may("lifecycle.view_evaluation"):
        context["evaluations"] = queries.evaluations_to_watch()[:LATEST]
    if may("lifecycle.view_recommendation"):
        waiting = list(queries.in_portfolio(queries.waiting_recommendations(), request.user)[: LATEST + 1])
        context["waiting"], context["more_wait"] = waiting[:LATEST], len(waiting) > LATEST
    return context


def pictures(request: HttpRequest, *, now: datetime) -> list[Picture]:
    owners = queries.owners_seen(request.user)
    return [_picture(queries.tag_counts(one, now=now, owners=owners)) for one in active_lifecycles(request)]


def _picture(counts: TagCounts) -> Picture:
    total = counts.customers or 1
    longest = max((one.customers for one in counts.counts), default=0) or 1
    bars = tuple(
        Bar(
            name=one.tag.name,
            category=one.tag.category,
            look=one.tag.look,
            customers=one.customers,
            share=one.customers / total,
            length=one.customers / longest,
            url=customers_in(counts.lifecycle, one.tag),
        )
        for one in counts.counts
    )
    return Picture(counts, bars, tuple(_by_category(bars, total)))


def _by_category(bars: tuple[Bar, ...], total: int) -> Iterable[Bar]:
    for category, label in TagCategory.choices:
        customers = sum(bar.customers for bar in bars if bar.category == category)
        if customers:
            yield Bar(str(label), category, category, customers, customers / total)
