"""A success story's Markdown as it is printed: only what such a story uses, everything else as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from customer_success.rules.story import PLACEHOLDER

register = template.Library()
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_BEGINNINGS = (("### ", "<h2>{}</h2>"), ("## ", "<h1>{}</h1>"), ("- ", "<li>{}</li>"))


@register.filter
def story_html(text: str) -> SafeString:
    return mark_safe("\n".join(_lines(text)))  # noqa: S308  each line is escaped


def _lines(text: str) -> Iterator[str]:
    for line in filter(None, map(str.strip, text.splitlines())):
        beginning, shape = next((one for one in _BEGINNINGS if line.startswith(one[0])), ("", "<p>{}</p>"))
        yield format_html(shape, _inline(line.removeprefix(beginning)))


def _inline(line: str) -> SafeString:
    bold = _BOLD.sub(r"<strong>\1</strong>", escape(line))
    return mark_safe(PLACEHOLDER.sub(r"<mark>\g<0></mark>", bold))  # noqa: S308  escaped above
