"""Pictures for Plotly, each with its table and a sentence that says the same.

Colours are names of ``lifecycle/admin.css`` (``tn:blue``, ``tn:risk``); the script looks them up, so that they follow
the theme. A row of the table is a row of the CSV; ``links``: where each row leads, "" for nowhere; ``numbers``: where
each of its cells after the first leads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from typing import Any

# Those next to each other are told apart at a glance.
PALETTE = tuple(f"tn:{name}" for name in ("blue", "orange", "violet", "green", "pink", "teal", "yellow", "red", "grey"))
Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """``report``: whose definition is linked. ``when_empty`` is shown in place of a picture without data. ``is_list``:
    the table alone, open, without a picture. ``texts``: so many columns at the left are words, the others numbers. On a
    screen that is narrower than ``min_width`` the picture scrolls by itself. ``more``: where a list goes on. ``axis``:
    what the numbers of the picture are. ``as_of``: of which instant it tells, where the page tells of several."""

    key: str
    title: str
    summary: str
    columns: Sequence[str]
    rows: Sequence[Row]
    traces: Sequence[Mapping[str, Any]] = ()
    report: str = ""
    layout: Mapping[str, Any] = field(default_factory=dict)
    links: Sequence[str] = ()
    numbers: Sequence[Sequence[str]] = ()
    when_empty: str = "Nothing to show yet."
    height: int = 320
    is_list: bool = False
    texts: int = 1
    min_width: int = 0
    is_wide: bool = False
    more: str = ""
    axis: str = ""
    as_of: datetime | None = None

    @property
    def figure(self) -> dict[str, Any]:
        layout = dict(self.layout)
        if self.axis:
            numbers = "xaxis" if any(one.get("orientation") == "h" for one in self.traces) else "yaxis"
            layout[numbers] = {"title": {"text": self.axis}, **layout.get(numbers, {})}
        return {"data": list(self.traces), "layout": layout}

    @property
    def figure_id(self) -> str:
        return f"{self.key}-figure"

    @property
    def linked_rows(self) -> list[tuple[Row, str]]:
        links = self.links or [""] * len(self.rows)
        return list(zip(self.rows, links, strict=True))

    @property
    def linked_cells(self) -> list[tuple[Row, Sequence[str]]]:
        numbers = self.numbers or [()] * len(self.rows)
        return [(row, (link, *more)) for (row, link), more in zip(self.linked_rows, numbers, strict=True)]


def lying(bars: int) -> int:
    """The height of so many lying bars with their axis."""
    return 36 * bars + 95


def bars(names: Sequence[str], values: Sequence[Any], colours: Sequence[str] = ()) -> list[dict[str, Any]]:
    """One bar a name, lying, the first on top."""
    return [
        {
            "type": "bar", "orientation": "h", "y": [*reversed(names)], "x": [*map(_number, reversed(values))],
            "marker": {"color": [*reversed(colours)] or PALETTE[0]}, "hovertemplate": "%{y}: %{x:,}<extra></extra>",
            **({"width": 0.4} if len(names) == 1 else {}),
        }
    ]  # fmt: skip


def lines(
    x: Sequence[Any], named: Mapping[str, Sequence[Any]], colours: Sequence[str] = PALETTE
) -> list[dict[str, Any]]:
    """One line a name; missing values are gaps."""
    return [
        {
            "type": "scatter", "mode": "lines", "name": name, "x": [str(one) for one in x],
            "y": [*map(_number, values)], "line": {"color": colours[number % len(colours)], "width": 2},
        }
        for number, (name, values) in enumerate(named.items())
    ]  # fmt: skip


def stacked(
    x: Sequence[Any], named: Mapping[str, Sequence[Any]], colours: Sequence[str], *, are_bars: bool = False
) -> list[dict[str, Any]]:
    """One area or one bar a name on top of each other; bars need the layout ``{"barmode": "stack"}``."""
    return [
        {
            "name": name, "x": [str(one) for one in x], "y": [*map(_number, values)],
            **({"type": "bar", "marker": {"color": colour}} if are_bars else
               {"type": "scatter", "mode": "lines", "stackgroup": "all", "line": {"color": colour, "width": 1},
                "fillcolor": f"{colour}/0.75"}),
        }
        for colour, (name, values) in zip(cycle(colours), named.items(), strict=False)
    ]  # fmt: skip


def heatmap(
    x: Sequence[str],
    y: Sequence[str],
    values: Sequence[Sequence[Any]],
    *,
    texts: Sequence[Sequence[str]],
    hover: str,
    most: float,
) -> list[dict[str, Any]]:
    """A cell for each pair; ``None`` has no colour. ``texts``: what stands in the cells. ``most``: from which value
    on a cell is not darker any more."""
    return [
        {
            "type": "heatmap", "x": list(x), "y": list(y), "z": [[*map(_number, row)] for row in values],
            "text": texts, "textfont": {"color": "tn:ink"},
            "colorscale": "tn:scale", "texttemplate": "%{text}", "hoverongaps": False,
            "showscale": False, "xgap": 2, "ygap": 2, "zmin": 0, "zmax": most,
            "hovertemplate": f"%{{y}}<br>{hover}: %{{text}}<extra></extra>",
        }
    ]  # fmt: skip


def sankey(names: Sequence[str], colours: Sequence[str], flows: Sequence[tuple[int, int, Any]]) -> list[dict[str, Any]]:
    """Flows between nodes: (from, to, how much), nodes by their place in ``names``, in the colour of the first."""
    return [
        {
            "type": "sankey", "arrangement": "snap",
            "node": {"label": list(names), "color": list(colours), "pad": 18, "thickness": 16},
            "link": {
                "source": [one for one, _, _ in flows],
                "target": [one for _, one, _ in flows],
                "value": [_number(one) for _, _, one in flows],
                "color": [f"{colours[one]}/0.35" for one, _, _ in flows],
            },
        }
    ]  # fmt: skip


def parted(names: Sequence[str], parts: Mapping[str, Sequence[Any]], colours: Sequence[str]) -> list[dict[str, Any]]:
    """One lying bar a name, the first on top, of several parts: ``{"barmode": "stack"}`` or ``"group"`` places them."""
    return [
        {
            "type": "bar", "orientation": "h", "name": part, "y": [*reversed(names)],
            "x": [*map(_number, reversed(values))], "marker": {"color": colour},
            "hovertemplate": f"%{{y}}, {part}: %{{x:,}}<extra></extra>",
        }
        for colour, (part, values) in zip(cycle(colours), parts.items(), strict=False)
    ]  # fmt: skip


def funnel(names: Sequence[str], values: Sequence[Any]) -> list[dict[str, Any]]:
    """How many are left after each step, and what share of the first that is."""
    return [
        {
            "type": "funnel", "y": list(names), "x": [*map(_number, values)], "marker": {"color": PALETTE[0]},
            "textinfo": "value+percent initial", "textfont": {"color": "tn:ink"}, "connector": {"visible": False},
            "hovertemplate": "%{y}: %{x:,}<extra></extra>",
        }
    ]  # fmt: skip


def _number(value: Any) -> Any:
    """Decimals as numbers of JSON."""
    return value if value is None or isinstance(value, int | str) else float(value)
