"""The page of what a rule in shadow would have done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lifecycle import queries
from lifecycle.models import TransitionRule
from lifecycle.queries import Foreseen, Shadow
from lifecycle.templatetags.wording import move_label, tag_label

from .pages import framed, some_of

WIDTH, HEIGHT, WIDEST = 640.0, 90.0, 24.0


@dataclass(frozen=True, slots=True)
class Bar:
    """The moves of one day, as a bar in a picture of ``WIDTH`` by ``HEIGHT``."""

    day: date
    moves: int
    x: float
    width: float
    height: float

    @property
    def y(self) -> float:
        return HEIGHT - self.height


@dataclass(frozen=True, slots=True)
class ShownChange:
    """Customers whom it would have led elsewhere; ``goes``: where it would have led them, as labels."""

    customers: int
    goes: SafeString
    instead: SafeString | str
    examples: str
    came_later: int


def shadow_page(admin: ModelAdmin[Any], request: HttpRequest, rule: TransitionRule, *, now: datetime) -> HttpResponse:
    found = queries.shadow_of(rule, named=queries.customers_named(request.user))
    ended = rule.published_at or rule.retired_at or now
    return framed(
        admin, request, "lifecycle/admin/shadow.html", title="In shadow", original=rule, rule=rule, found=found,
        changes=[_shown(one) for one in found.changes], ended=ended, is_over=ended is not now,
        bars=list(_bars(found, rule.shadow_since or now, ended)), width=WIDTH, height=HEIGHT,
        most=max(found.moves_a_day.values(), default=0),
    )  # fmt: skip


def _shown(one: Foreseen) -> ShownChange:
    stays = format_html('<span class="tn-move">stay in {}</span>', tag_label(one.start))
    goes = move_label(one.start, to=one.after) if one.after else stays
    return ShownChange(
        customers=one.customers,
        goes=goes,
        instead=tag_label(one.before) if one.before else "",
        examples=some_of(one.examples, one.customers) if one.examples else "",
        came_later=one.came_later,
    )


def _bars(found: Shadow, since: datetime, until: datetime) -> Iterator[Bar]:
    days = max((until.date() - since.date()).days + 1, 1)
    most = max(found.moves_a_day.values(), default=0)
    step = WIDTH / days
    for offset in range(days if most else 0):
        day = since.date() + timedelta(days=offset)
        moves = found.moves_a_day.get(day, 0)
        width = min(step * 0.8, WIDEST)
        yield Bar(day, moves, offset * step + (step - width) / 2, width, moves / most * (HEIGHT - 6))
