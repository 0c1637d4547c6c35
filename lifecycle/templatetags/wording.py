"""How tags, moves, authors and conditions read on a page: for Python and, as filters, for templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import Customer, Recommendation, StatusTag, Transition
from lifecycle.rules.explain import Line, shown_value, written

register = template.Library()
_ARROW = SafeString('<span class="tn-arrow" aria-hidden="true">→</span><span class="tn-sr">to</span>')


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A condition as it stood: the sentence, the customer's value, whether it was met."""

    sentence: str
    value: str
    is_met: bool
    stale: str = ""
    group: tuple[str, ...] = ()

    @property
    def group_shown(self) -> str:
        """``one of 2``: what the innermost group around it asks for."""
        return self.group[-1].partition(" (")[0] if self.group else ""


@register.filter
def tag_label(tag: StatusTag | str | None) -> SafeString:
    """A coloured label; the text says what the colour says."""
    if not isinstance(tag, StatusTag):  # a missing status is an empty text to a template
        return format_html('<span class="tn-tag tn-none">{}</span>', "No tag")
    return format_html('<span class="tn-tag tn-{}" title="{}">{}</span>', tag.look, tag.description, tag.name)


def move_label(*starts: StatusTag | None, to: StatusTag | None) -> SafeString:
    """From one or several tags to one; ``None`` is "no tag"."""
    labels = format_html_join(" ", "{}", ((tag_label(tag),) for tag in starts))
    return format_html('<span class="tn-move">{} {} {}</span>', labels, _ARROW, tag_label(to))


def customer_link(customer: Customer) -> SafeString:
    url = reverse("admin:lifecycle_customer_change", args=[customer.id])
    return format_html('<a class="tn-link" href="{}">{}</a>', url, customer)


@register.filter
def author_of(transition: Transition) -> str:
    """Who made a move: a rule version, or a person."""
    return f"Rule “{transition.rule.name}”" if transition.rule else str(transition.by)


def with_unit(value: object, unit: str) -> str:
    """``5 days``, ``1 day``, ``82%``, ``unknown``."""
    shown = f"{value:%-d %b %Y}" if isinstance(value, date) else shown_value(value)
    if value is None or not unit:
        return shown
    if unit == "%":
        return f"{shown}%"
    return f"{shown} {unit[:-1] if value == 1 and unit.endswith('s') else unit}"


def shown_lines(lines: Iterable[Line], *, stale: Mapping[str, str] | None = None) -> tuple[ShownLine, ...]:
    """``stale``: a sentence for each metric that is not fresh."""
    return tuple(
        ShownLine(
            line.sentence[:1].upper() + line.sentence[1:],
            with_unit(line.actual, CATALOGUE[line.metric].unit),
            line.is_met,
            (stale or {}).get(line.metric, ""),
            line.group,
        )
        for line in lines
    )


@register.filter
def waiting_move(recommendation: Recommendation) -> SafeString:
    return move_label(recommendation.from_tag, to=recommendation.rule.to_tag)


@register.filter
def move_of(transition: Transition) -> SafeString:
    return move_label(transition.from_tag, to=transition.to_tag)


@register.filter
def number(value: object) -> str:
    """``1,250``."""
    return shown_value(value)


@register.filter
def signed(change: int) -> str:
    """``+1,250``, ``−3``."""
    return written(change, "+,")
