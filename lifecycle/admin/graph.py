"""The graph of a lifecycle: its tags with today's numbers of customers, and its rules as ways between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString

from lifecycle import queries
from lifecycle.models import Lifecycle, RuleState, StatusTag, TransitionRule
from lifecycle.queries import TagCounts
from lifecycle.templatetags.wording import move_label

from .filters import customers_in
from .layered import Box, Drawing, Place, curve, drawn
from .pages import framed

TAG_SIZE, RULE_HEIGHT = (164.0, 48.0), 28.0
TAG_LETTERS, RULE_LETTERS = 20, 30
LETTER = 6.7  # of the 12 pixels in which rules are written


@dataclass(frozen=True, slots=True)
class TagBox:
    """``tag`` is ``None`` for customers without one; ``customers`` for whoever may not see them."""

    tag: StatusTag | None
    place: Place
    customers: int | None
    url: str

    @property
    def name(self) -> str:
        return self.tag.name if self.tag else "No tag yet"

    @property
    def short_name(self) -> str:
        return _shortened(self.name, TAG_LETTERS)

    @property
    def look(self) -> str:
        return self.tag.look if self.tag else "none"


@dataclass(frozen=True, slots=True)
class RuleWay:
    """A rule: its label, the lines that lead to it from its tags, and the arrow to where it moves."""

    rule: TransitionRule
    starts: tuple[StatusTag | None, ...]
    place: Place
    paths: tuple[str, ...]

    @property
    def label(self) -> str:
        return _label(self.rule)

    @property
    def move(self) -> SafeString:
        return move_label(*self.starts, to=self.rule.to_tag)

    @property
    def is_in_force(self) -> bool:
        return self.rule.state == RuleState.PUBLISHED

    @property
    def outline(self) -> str:
        """The corners of the label of a rule that asks: pointed at both ends, as a decision is drawn."""
        one, point = self.place, 10.0
        left, right, top, bottom = one.x, one.x + one.width, one.y, one.y + one.height
        corners = (
            (left, (top + bottom) / 2), (left + point, top), (right - point, top),
            (right, (top + bottom) / 2), (right - point, bottom), (left + point, bottom),
        )  # fmt: skip
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


@dataclass(frozen=True, slots=True)
class Graph:
    counts: TagCounts
    drawing: Drawing
    tags: tuple[TagBox, ...]
    rules: tuple[RuleWay, ...]


def graph_page(
    admin: ModelAdmin[Any], request: HttpRequest, lifecycle: Lifecycle | None, *, now: datetime
) -> HttpResponse:
    """The graph of one lifecycle, or which one is meant."""
    if lifecycle is None:
        lifecycles = list(Lifecycle.objects.all())
        if len(lifecycles) == 1:
            return redirect("admin:lifecycle_lifecycle_graph", lifecycles[0].id)
        return framed(
            admin, request, "lifecycle/admin/choose_lifecycle.html", title="Graph", original=None,
            heading="Of which lifecycle?", lifecycles=lifecycles,
        )  # fmt: skip
    counts, rules = _counts(request, lifecycle, now), queries.rules_to_draw(lifecycle)
    may = request.user.has_perm
    return framed(
        admin, request, "lifecycle/admin/graph.html", title="Graph", original=lifecycle,
        graph=graph_of(counts, rules, shows_customers=may("lifecycle.view_customer")),
        may_write=may("lifecycle.add_transitionrule"),
    )  # fmt: skip


def _counts(request: HttpRequest, lifecycle: Lifecycle, now: datetime) -> TagCounts:
    return queries.tag_counts(lifecycle, now=now, owners=queries.owners_seen(request.user))


def graph_of(counts: TagCounts, rules: Iterable[TransitionRule], *, shows_customers: bool) -> Graph:
    """Tags stand in their order from top to bottom as far as rules lead from one to the next."""
    rules = list(rules)
    customers: dict[StatusTag | None, int] = {one.tag: one.customers for one in counts.counts}
    if counts.untagged or any(rule.from_untagged for rule in rules):
        customers = {None: counts.untagged, **customers}
    index = {tag: number for number, tag in enumerate(customers)}
    boxes = [Box(*TAG_SIZE, order=number) for number in index.values()]
    arrows: list[tuple[int, int]] = []
    for number, rule in enumerate(rules, start=len(boxes)):
        starts, end = [index[tag] for tag in _starts(rule)], index[rule.to_tag]
        # A rule stands just above the tag it leads to, or just below it if it only leads back.
        order = end - 0.5 if any(start < end for start in starts) else end + 0.5
        boxes.append(Box(_width(rule), RULE_HEIGHT, order))
        arrows += [*((start, number) for start in starts), (number, end)]
    drawing = drawn(boxes, arrows)
    lines: dict[int, list[str]] = {}
    for (start, end), route in zip(arrows, drawing.routes, strict=True):
        lines.setdefault(max(start, end), []).append(curve(route))
    return Graph(
        counts,
        drawing,
        tuple(
            TagBox(
                tag,
                drawing.places[number],
                customers[tag] if shows_customers else None,
                customers_in(counts.lifecycle, tag) if shows_customers and counts.lifecycle.is_active else "",
            )
            for tag, number in index.items()
        ),
        tuple(
            RuleWay(rule, tuple(_starts(rule)), drawing.places[number], tuple(lines[number]))
            for number, rule in enumerate(rules, start=len(index))
        ),
    )


def _starts(rule: TransitionRule) -> Sequence[StatusTag | None]:
    return [*([None] if rule.from_untagged else []), *rule.from_tags.all()]


def _label(rule: TransitionRule) -> str:
    return _shortened(f"{rule.priority} · {rule.name}", RULE_LETTERS)


def _width(rule: TransitionRule) -> float:
    return len(_label(rule)) * LETTER + 28


def _shortened(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"
