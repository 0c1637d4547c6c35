"""How the table of a chart reads."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import zip_longest

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lifecycle.rules.explain import written
from lifecycle.templatetags.wording import number

register = template.Library()
_WORDS = SafeString(' class="tn-words"')


@register.simple_tag
def cells(row: Iterable[object], links: Iterable[str], texts: int) -> SafeString:
    """A row: its first cells lead to ``links`` that are not empty, the first ``texts`` cells are words. Long tables are
    drawn by this in half the time that the language of templates takes."""
    drawn = (
        (
            _WORDS if place < texts else "",
            format_html('<a class="tn-link" href="{}">{}</a>', link, cell(value)) if link else cell(value),
        )
        for place, (value, link) in enumerate(zip_longest(row, links, fillvalue=""))
    )
    return format_html_join("", "<td{}>{}</td>", drawn)


@register.filter
def cell(value: object) -> str:
    """``1,250``; amounts keep their decimals, so that they stand below each other."""
    return written(value) if isinstance(value, Decimal) else number(value)
