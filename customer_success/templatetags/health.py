"""How health reads on a page: for Python and, as filters, for templates."""

from __future__ import annotations

import json

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from customer_success.models import HealthLevel, HealthTrend
from lifecycle.models import Customer
from lifecycle.templatetags.wording import signed, with_unit

register = template.Library()
# The colours of tags; ``lifecycle/admin.css`` holds them.
COLOURS = {
    HealthLevel.EXCELLENT: "green",
    HealthLevel.GOOD: "teal",
    HealthLevel.FAIR: "orange",
    HealthLevel.POOR: "red",
}
_ARROWS = {HealthTrend.IMPROVING: "↗", HealthTrend.STABLE: "→", HealthTrend.DECLINING: "↘", HealthTrend.UNKNOWN: "–"}

register.filter(with_unit)


@register.filter
def level_colour(level: str | None) -> str:
    return COLOURS.get(HealthLevel(level), "none") if level in HealthLevel.values else "none"


@register.filter
def level_name(level: str | None) -> str:
    return HealthLevel(level).label if level in HealthLevel.values else "No score"


@register.filter
def level_label(level: str | None) -> SafeString:
    """A coloured label; the text says what the colour says."""
    return format_html('<span class="tn-tag tn-{}">{}</span>', level_colour(level), level_name(level))


@register.filter
def trend_arrow(trend: str, change: int | None = None) -> SafeString:
    """An arrow, and by how many points; the text says what the arrow says."""
    word = HealthTrend(trend)
    return format_html(
        '<span class="tn-trend tn-trend-{}" title="{}"><span aria-hidden="true">{}</span>'
        '<span class="tn-sr">{}</span></span> {}',
        trend.lower(), word.label, _ARROWS[word], word.label, signed(change) if change else "",
    )  # fmt: skip


@register.filter
def percent(share: float | None) -> str:
    """``34%``; of what nobody can say, a dash."""
    return "–" if share is None else f"{share:.0%}"


@register.filter
def pretty(document: object) -> str:
    """JSON laid out for the eye."""
    return json.dumps(document, indent=1, ensure_ascii=False)


def health_link(customer: Customer) -> SafeString:
    url = reverse("admin:customer_success_customerhealth_change", args=[customer.id])
    return format_html('<a class="tn-link" href="{}">{}</a>', url, customer)
