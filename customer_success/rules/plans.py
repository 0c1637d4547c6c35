"""How far a success plan is, what is overdue, in which order its milestones come, and which moves it may make."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

N = TypeVar("N", bound=Hashable)

# A milestone counts in its plan's progress by its priority.
WEIGHTS = {"LOW": 1, "MEDIUM": 2, "HIGH": 3, "CRITICAL": 4}
OPEN = ("PENDING", "IN_PROGRESS", "OVERDUE")

# Where a plan may go by hand. A completed one can be opened again, a cancelled one stays as it is.
MOVES: Mapping[str, tuple[str, ...]] = {
    "DRAFT": ("ACTIVE", "CANCELLED"),
    "ACTIVE": ("COMPLETED", "ON_HOLD", "CANCELLED"),
    "ON_HOLD": ("ACTIVE", "CANCELLED"),
    "COMPLETED": ("ACTIVE",),
    "CANCELLED": (),
}


def plan_progress(milestones: Iterable[tuple[str, str, int]]) -> int:
    """In percent, of ``(status, priority, progress)``: the mean of the milestones, weighted by priority.

    Cancelled ones do not count. Rounded down, so that 100 means that everything is completed.
    """
    counted = [(WEIGHTS[priority], progress) for status, priority, progress in milestones if status != "CANCELLED"]
    whole = sum(weight for weight, _ in counted)
    return sum(weight * progress for weight, progress in counted) // whole if whole else 0


def settled(status: str, progress: int, *, due: date, today: date, is_running: bool) -> tuple[str, int]:
    """Status and progress of a milestone as they fit together today.

    A completed one is at 100. An open one is OVERDUE after its due date while its plan runs; otherwise it is
    IN_PROGRESS from the first per cent on, and a person may say so before.
    """
    if status not in OPEN:
        return status, 100 if status == "COMPLETED" else progress
    if is_running and due < today:
        return "OVERDUE", progress
    if progress or status == "IN_PROGRESS":
        return "IN_PROGRESS", progress
    return "PENDING", progress


def circle(depends_on: Mapping[N, Iterable[N]]) -> tuple[N, ...]:
    """Those that wait for each other in a circle, the first one again at the end; empty: none do."""
    try:
        TopologicalSorter(depends_on).prepare()
    except CycleError as error:
        found: list[N] = error.args[1]
        return tuple(found)
    return ()


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone of a template. ``depends_on``: titles of others."""

    title: str
    day: int
    depends_on: tuple[str, ...] = ()


def problems_of_steps(steps: Sequence[Step]) -> Iterator[str]:
    """What is wrong with the milestones of a template, a sentence each."""
    days = {step.title: step.day for step in steps}
    if len(days) < len(steps):
        yield "Each title may stand once: milestones name each other by it."
    for step in steps:
        for title in step.depends_on:
            if title not in days:
                yield f"“{step.title}” depends on “{title}”, which is not in the template."
            elif days[title] > step.day:
                yield f"“{step.title}” is due on day {step.day}, before “{title}” on day {days[title]}."
    if found := circle({step.title: step.depends_on for step in steps}):
        yield told_circle(found)


def told_circle(titles: Sequence[str]) -> str:
    return f"{' → '.join(f'“{title}”' for title in titles)}: they would wait for each other for ever."
