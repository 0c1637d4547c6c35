"""The success story of spec 1 ("Success Story Framework"), as Markdown.

What is not known stays a placeholder in brackets for a person to fill in; nothing is invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

MOST_STEPS = 12
PLACEHOLDER = re.compile(r"\[[^\]\n]{1,200}\]")
_DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Step:
    """A product or status tag, and when the customer first had it; ``None``: before anything else that is known."""

    code: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the customer's business, before, as a goal and now."""

    name: str
    unit: str = ""
    baseline: Decimal | None = None
    target: Decimal | None = None
    current: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StoryFacts:
    customer: str
    steps: tuple[Step, ...] = ()
    roi: Decimal | None = None
    objectives: tuple[str, ...] = ()
    implementation: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    goal_attainment: Decimal | None = None
    days_to_first_value: int | None = None
    quote: str = ""
    quoted: str = ""


def story(facts: StoryFacts) -> str:
    """The draft."""
    return "\n".join(
        (
            "## Customer Success Story",
            f"**Customer**: {facts.customer}",
            f"**Journey**: {_journey(facts.steps)}",
            f"**Timeline**: {_timeline(facts.steps)}",
            f"**ROI Achieved**: {_roi(facts.roi)}",
            "",
            "### Challenge",
            "[Original pain point]",
            *_listed((*facts.objectives, *map(_goal, _with_goal(facts.figures))), "[Goals]"),
            "",
            "### Implementation",
            *_listed(facts.implementation, "[How they used the product]"),
            "",
            "### Results",
            *_listed(_results(facts), "[Quantified outcomes and benefits]"),
            "",
            "### Quote",
            _quote(facts),
            "",
        )
    )


def placeholders(text: str) -> list[str]:
    """What is still in brackets: to be filled in before the story is published."""
    return PLACEHOLDER.findall(text)


def first_entries(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Each tag once, in the order in which the customer came to it."""
    first: dict[str, Step] = {}
    for step in sorted(steps, key=lambda step: (step.at is not None, step.at.timestamp() if step.at else 0)):
        first.setdefault(step.code, step)
    return tuple(first.values())


def _journey(steps: tuple[Step, ...]) -> str:
    return " → ".join(step.code for step in steps[-MOST_STEPS:]) or "[Journey]"


def _timeline(steps: tuple[Step, ...]) -> str:
    dates = [step.at for step in steps[-MOST_STEPS:] if step.at]
    days = (dates[-1] - dates[0]).days if dates else 0
    if days < 1:
        return "[Duration]"
    number, unit = (days // _DAYS_A_WEEK, "week") if days >= _DAYS_A_WEEK else (days, "day")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _roi(roi: Decimal | None) -> str:
    return "[ROI]" if roi is None else f"{_number(roi)}% of the subscription's cost"


def _with_goal(figures: Iterable[Figure]) -> list[Figure]:
    return [figure for figure in figures if figure.target is not None]


def _goal(figure: Figure) -> str:
    start = "" if figure.baseline is None else f"from {_number(figure.baseline)} "
    return f"{figure.name}: {start}to {_number(figure.target)}{_unit(figure)}"


def _results(facts: StoryFacts) -> tuple[str, ...]:
    lines = [_result(figure) for figure in facts.figures if figure.current is not None]
    if facts.goal_attainment is not None:
        lines.append(f"{_number(facts.goal_attainment)}% of the agreed goals reached")
    if facts.days_to_first_value is not None:
        lines.append(
            f"First value after {facts.days_to_first_value} day{'' if facts.days_to_first_value == 1 else 's'}"
        )
    return tuple(lines)


def _result(figure: Figure) -> str:
    before = "" if figure.baseline is None else f", {_number(figure.baseline)} before"
    return f"{figure.name}: {_number(figure.current)}{_unit(figure)}{before}"


def _quote(facts: StoryFacts) -> str:
    lines = [f'"{facts.quote or "[Customer testimonial]"}"']
    if facts.quote and facts.quoted:
        lines.append(f"– {facts.quoted}")
    return "\n".join(lines)


def _listed(lines: tuple[str, ...], placeholder: str) -> list[str]:
    return [f"- {line}" for line in lines] or [placeholder]


def _number(value: Decimal | None) -> str:
    """Without the zeros of its column: 12.5000 is 12.5."""
    return f"{value:,.4f}".rstrip("0").rstrip(".") if value is not None else ""


def _unit(figure: Figure) -> str:
    return figure.unit if figure.unit == "%" else f" {figure.unit}".rstrip()
