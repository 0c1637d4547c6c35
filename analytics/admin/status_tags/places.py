"""Where customers are, were, and went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from analytics.admin.charts import Chart, bars, sankey, stacked
from analytics.admin.days import axes
from analytics.admin.words import number_of, rate
from analytics.queries.status_tags import About, Days
from lifecycle.models import StatusTag
from lifecycle.templatetags.wording import signed

from .links import customers_then, moves_between

_SHADES = ("", "/0.7", "/0.5", "/0.35")


def shades(tags: Sequence[StatusTag]) -> list[str]:
    """A colour for each tag: its own; where several look alike, paler and paler."""
    seen: Counter[str] = Counter()
    colours = []
    for tag in tags:
        colours.append(f"tn:{tag.look}{_SHADES[min(seen[tag.look], len(_SHADES) - 1)]}")
        seen[tag.look] += 1
    return colours


def distribution(about: About, days: Days) -> Chart:
    shown = [(tag, days.last.get(tag.code, 0)) for tag in about.tags]
    total = sum(number for _, number in shown)
    most = max(shown, key=lambda one: one[1], default=None)
    names = [tag.name for tag, _ in shown]
    return Chart(
        key="distribution",
        title=f"Customers by tag at the end of {about.period.end:%-d %b %Y}",
        summary=f"Of {number_of(total, 'customer')} with a tag, most are in {most[0].name}: {most[1]:,}."
        if most
        else "",
        columns=("Tag", "Customers", "Share", "Change in the range"),
        rows=[
            (tag.name, number, rate(number, total), signed(number - days.first.get(tag.code, 0)))
            for tag, number in shown
        ],
        traces=bars(names, [number for _, number in shown], shades(about.tags)) if total else [],
        report="tag_days",
        axis="Customers",
        links=[customers_then(about, tag) for tag, _ in shown],
        when_empty="Nobody had a tag in this lifecycle.",
    )


def over_time(about: About, days: Days) -> Chart:
    told = list(days.counts)[1:]  # without the day before the range
    named = {tag.name: [days.counts[day][tag.code] for day in told] for tag in about.tags}
    changes = {tag.name: days.last.get(tag.code, 0) - days.first.get(tag.code, 0) for tag in about.tags}
    return Chart(
        key="over-time",
        title="Customers by tag, day by day",
        summary=_grew_and_shrank(changes),
        columns=("Day", *(tag.name for tag in about.tags)),
        rows=[(str(day), *(days.counts[day][tag.code] for tag in about.tags)) for day in reversed(told)],
        traces=stacked(told, named, shades(about.tags)) if any(map(any, named.values())) else [],
        report="tag_days",
        layout={"hovermode": "x unified", **axes(about.period)},
        axis="Customers",
        when_empty="Nobody had a tag in this lifecycle.",
        height=360,
    )


def _grew_and_shrank(changes: dict[str, int]) -> str:
    grew, shrank = max(changes, key=changes.__getitem__, default=""), min(changes, key=changes.__getitem__, default="")
    said = [
        f"{name} {verb} most, by {abs(changes[name]):,}"
        for name, verb, is_so in (
            (grew, "grew", changes.get(grew, 0) > 0),
            (shrank, "shrank", changes.get(shrank, 0) < 0),
        )
        if is_so
    ]
    return f"{'; '.join(said)}." if said else "No tag grew or shrank in the range."


def flow(about: About, rows: Sequence[Any]) -> Chart:
    """From the tags on the left to those on the right, so that moves back and forth stand apart."""
    tags = {tag.code: tag for tag in about.tags}
    names = about.names
    colours: dict[str | None, str] = {None: "tn:none", **{tag.code: f"tn:{tag.look}" for tag in about.tags}}
    left = list(dict.fromkeys(row.from_tag for row in rows))
    right = list(dict.fromkeys(row.to_tag for row in rows))
    nodes = [*left, *right]
    total, most = sum(row.moves for row in rows), max(rows, key=lambda row: row.moves, default=None)
    ordered = sorted(rows, key=lambda row: -row.moves)
    return Chart(
        key="flow",
        title="Moves between tags",
        summary=f"{number_of(total, 'move')}; the most frequent, from {names[most.from_tag]} to {names[most.to_tag]}, "
        f"was made {number_of(most.moves, 'time')}."
        if most
        else "",
        columns=("From", "To", "Moves", "Share", "By rules alone"),
        rows=[
            (names[row.from_tag], names[row.to_tag], row.moves, rate(row.moves, total), row.automatic)
            for row in ordered
        ],
        traces=sankey(
            [names[one] for one in nodes],
            [colours[one] for one in nodes],
            [(left.index(row.from_tag), len(left) + right.index(row.to_tag), row.moves) for row in rows],
        )
        if rows
        else [],
        report="moves_flow",
        texts=2,
        links=[moves_between(about, tags[row.from_tag] if row.from_tag else None, tags[row.to_tag]) for row in ordered],
        when_empty="Nobody moved in this range.",
        height=420,
        is_wide=True,
    )
