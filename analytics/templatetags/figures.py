"""How a cell of a chart's table reads."""

from decimal import Decimal

from django import template

from lifecycle.rules.explain import written
from lifecycle.templatetags.wording import number

register = template.Library()


@register.filter
def cell(value: object) -> str:
    """``1,250``; amounts keep their decimals, so that they stand below each other."""
    return written(value) if isinstance(value, Decimal) else number(value)
