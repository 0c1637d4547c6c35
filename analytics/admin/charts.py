"""Pictures for Plotly, each with its table and a sentence that says the same.

Colours are names of ``lifecycle/admin.css`` (``tn:blue``, ``tn:risk``); the script looks them up, so that they follow
the theme. A row of the table is a row of the CSV; ``links``: where each row leads, "" for nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PALETTE = tuple(f"tn:{name}" for name in ("blue", "orange", "teal", "violet", "pink", "green", "yellow", "red", "grey"))
Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """``report``: whose definition is linked. ``when_empty`` is shown in place of a picture without data."""

    key: str
    title: str
    summary: str
    columns: Sequence[str]
    rows: Sequence[Row]
    traces: Sequence[Mapping[str, Any]]
    report: str = ""
    layout: Mapping[str, Any] = field(default_factory=dict)
    links: Sequence[str] = ()
    when_empty: str = "Nothing to show yet."
    height: int = 320

    @property
    def figure(self) -> dict[str, Any]:
        return {"data": list(self.traces), "layout": dict(self.layout)}

    @property
    def figure_id(self) -> str:
        return f"{self.key}-figure"

    @property
    def linked_rows(self) -> list[tuple[Row, str]]:
        links = self.links or [""] * len(self.rows)
        return list(zip(self.rows, links, strict=True))


def bars(names: Sequence[str], values: Sequence[Any], colours: Sequence[str] = ()) -> list[dict[str, Any]]:
    """One bar a name, lying, the first on top."""
    return [
        {
            "type": "bar", "orientation": "h", "y": [*reversed(names)], "x": [*map(_number, reversed(values))],
            "marker": {"color": [*reversed(colours)] or PALETTE[0]}, "hovertemplate": "%{y}: %{x:,}<extra></extra>",
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


def heatmap(
    x: Sequence[str], y: Sequence[str], values: Sequence[Sequence[Any]], shown: str = "%{z:.0f}%"
) -> list[dict[str, Any]]:
    """A cell for each pair; ``None`` is blank."""
    return [
        {
            "type": "heatmap", "x": list(x), "y": list(y), "z": [[*map(_number, row)] for row in values],
            "colorscale": "tn:scale", "texttemplate": shown, "hoverongaps": False,
            "showscale": False, "xgap": 2, "ygap": 2,
        }
    ]  # fmt: skip


def sankey(names: Sequence[str], colours: Sequence[str], flows: Sequence[tuple[int, int, Any]]) -> list[dict[str, Any]]:
    """Flows between nodes: (from, to, how much), nodes by their place in ``names``."""
    return [
        {
            "type": "sankey", "arrangement": "snap",
            "node": {"label": list(names), "color": list(colours), "pad": 18, "thickness": 16},
            "link": {
                "source": [one for one, _, _ in flows],
                "target": [one for _, one, _ in flows],
                "value": [_number(one) for _, _, one in flows],
            },
        }
    ]  # fmt: skip


def stacked(
    names: Sequence[str], parts: Mapping[str, Sequence[Any]], colours: Sequence[str] = PALETTE
) -> list[dict[str, Any]]:
    """One lying bar a name, the first on top, made of parts; with ``STACKED`` as the layout."""
    return [
        {
            "type": "bar", "orientation": "h", "name": part, "y": [*reversed(names)],
            "x": [*map(_number, reversed(values))], "marker": {"color": colours[number % len(colours)]},
            "hovertemplate": f"%{{y}}, {part}: %{{x:,}}<extra></extra>",
        }
        for number, (part, values) in enumerate(parts.items())
    ]  # fmt: skip


def funnel(names: Sequence[str], values: Sequence[Any]) -> list[dict[str, Any]]:
    """How many are left after each step, and what share of the first that is."""
    return [
        {
            "type": "funnel", "y": list(names), "x": [*map(_number, values)], "marker": {"color": PALETTE[0]},
            "textinfo": "value+percent initial", "connector": {"visible": False},
            "hovertemplate": "%{y}: %{x:,}<extra></extra>",
        }
    ]  # fmt: skip


STACKED = {"barmode": "stack", "margin": {"b": 40}}


def _number(value: Any) -> Any:
    """Decimals as numbers of JSON."""
    return value if value is None or isinstance(value, int | str) else float(value)
