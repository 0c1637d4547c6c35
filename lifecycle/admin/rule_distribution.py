"""What stands beside a condition while it is written: how the metric's values are spread, and who meets it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import OperationalError

from lifecycle import queries
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.queries import Bar, Distribution, patience
from lifecycle.rules.explain import shown_value
from lifecycle.rules.nodes import Condition, Operator
from lifecycle.rules.parse import RuleError, parse_text
from lifecycle.templatetags.wording import with_unit

from .rule_preview import Written

SECONDS = 5
_MOST_MARKS = 20
_EPOCH = date(1970, 1, 1)


def spread(metric: str, condition: str, written: Written, *, now: datetime) -> Mapping[str, object]:
    """For the page: sentences, and bars as shares of the highest one. ``condition`` is JSON and may be unfinished."""
    if metric not in CATALOGUE:
        return {"says": "", "notes": []}
    wanted = _condition(condition)
    try:
        with patience(SECONDS):
            found = queries.distribution(
                metric,
                lifecycle=written.lifecycle,
                condition=wanted,
                from_tags=written.from_tags,
                from_untagged=written.from_untagged,
                as_of=now,
            )
    except OperationalError:  # the time was up
        return {"says": f"Its values take longer than {SECONDS} seconds to count here.", "notes": []}
    highest = max((bar.customers for bar in found.bars), default=1) or 1
    return {
        "says": says(found, is_asked=wanted is not None, is_whole=not (written.from_tags or written.from_untagged)),
        "notes": notes(found),
        "is_scale": found.is_scale,
        "bars": [
            {
                "label": _label(bar, found),
                "count": f"{_scaled(bar.customers, found):,}",
                "share": bar.customers / highest,
                "meeting": bar.meeting / highest,
            }
            for bar in found.bars
        ],
        "ends": _ends(found),
        "marks": _marks(found, wanted),
    }


def _condition(text: str) -> Condition | None:
    try:
        tree = parse_text(text, CATALOGUE)
    except RuleError:
        return None
    return tree if isinstance(tree, Condition) else None


def says(found: Distribution, *, is_asked: bool, is_whole: bool) -> str:
    """``is_asked``: there is a condition to be met; ``is_whole``: no tags were chosen."""
    where = "in this lifecycle" if is_whole else "in the chosen tags"
    if not found.looked_at:
        return f"No customers {where} yet."
    everybody = f"{found.customers:,} customer{'' if found.customers == 1 else 's'} {where}"
    if not is_asked:
        return f"{everybody}."
    about = "About " if found.looked_at < found.customers else ""
    meeting = _scaled(found.meeting, found)
    verb = "meets" if meeting == 1 else "meet"
    return f"{about}{meeting:,} of {everybody} {verb} this condition."


def notes(found: Distribution) -> list[str]:
    """Who has no value, and what the bars leave out."""
    told = []
    missing = found.looked_at - found.known
    if missing and not found.known:
        told.append("Nobody has a value.")
    elif missing:
        share = 100 * missing / found.looked_at
        told.append(f"{'Less than 1' if share < 1 else f'{share:.0f}'}% have no value.")
    others = found.known - sum(bar.customers for bar in found.bars)
    if others and found.bars:
        others = _scaled(others, found)
        told.append(f"{others:,} {'has' if others == 1 else 'have'} another value.")
    elif others:
        told.append("No value is shared by several customers.")
    if found.looked_at < found.customers:
        told.append(f"Estimated from {found.looked_at:,} of them.")
    return told


def _scaled(number: int, found: Distribution) -> int:
    """A number of the customers looked at, as one of all."""
    return round(number * found.customers / found.looked_at)


def _label(bar: Bar, found: Distribution) -> str:
    if not found.is_scale:
        return shown_value(bar.value)
    first, last = _at(bar.value, found), _at(_last(bar, found), found)
    return first if first == last else f"{first} to {last}"


def _last(bar: Bar, found: Distribution) -> float:
    return float(bar.value) + found.width - (1 if found.is_whole else 0)


def _at(value: float | str, found: Distribution) -> str:
    if found.metric.type != "date":
        number = round(float(value), 2)
        return with_unit(int(number) if number == int(number) else number, found.metric.unit)
    days = min(max(int(float(value)), (date.min - _EPOCH).days), (date.max - _EPOCH).days)
    return (_EPOCH + timedelta(days=days)).isoformat()


def _ends(found: Distribution) -> list[str]:
    if not found.bars or not found.is_scale:
        return []
    return [_at(found.bars[0].value, found), _at(_last(found.bars[-1], found), found)]


def _marks(found: Distribution, condition: Condition | None) -> list[float]:
    """Where the numbers of a condition lie: 0 is the left end of the bars, 1 the right one."""
    if condition is None or condition.operator is Operator.IS_KNOWN or not found.bars or not found.is_scale:
        return []
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    low, whole = float(found.bars[0].value), found.width * len(found.bars)
    places = (((one - _EPOCH).days if isinstance(one, date) else float(one)) - low for one in values[:_MOST_MARKS])
    return [min(max(place / whole, 0), 1) for place in places]
