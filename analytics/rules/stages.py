"""What the status tags of a lifecycle stand for, told by their category and order and not by their code.

In ``learning``: ST_001 and ST_002 are the work, ST_003 is the goal, ST_004 and ST_005 are risk (specs 1 and 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

LEARNING, WELL, RISK, CHURNED = "learning", frozenset({"learning", "active"}), "risk", "churned"


class Tag(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def category(self) -> str: ...


class Flow(Protocol):
    """How many customers moved from one tag to another; from ``None``: they had none."""

    @property
    def from_tag(self) -> str | None: ...
    @property
    def to_tag(self) -> str: ...
    @property
    def moves(self) -> int: ...


def goal_of(tags: Iterable[Tag]) -> frozenset[str]:
    """The tag that learning leads to, the last of several of that category; none in other lifecycles."""
    learning = [tag.code for tag in tags if tag.category == LEARNING]
    return frozenset(learning[1:][-1:])


def working(tags: Iterable[Tag]) -> frozenset[str]:
    """The tags of customers who learn or are active, and are not at the goal of learning."""
    tags = list(tags)
    return frozenset(tag.code for tag in tags if tag.category in WELL) - goal_of(tags)


def in_category(tags: Iterable[Tag], category: str) -> frozenset[str]:
    return frozenset(tag.code for tag in tags if tag.category == category)


def counted(counts: Mapping[str, int], codes: Iterable[str]) -> int:
    return sum(counts.get(code, 0) for code in codes)


def into_risk(flow: Iterable[Flow], tags: Iterable[Tag]) -> int:
    """How many moves led into risk from outside it."""
    risk = in_category(tags, RISK)
    return sum(one.moves for one in flow if one.to_tag in risk and one.from_tag not in risk)
