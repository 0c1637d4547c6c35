"""Where customers may get to: a tag of a lifecycle, or any of a category."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lifecycle.models import Lifecycle, StatusTag, TagCategory
from lifecycle.queries import lifecycles

from .cohorts import Progress
from .status_tags import first_lifecycle

_BAD = {TagCategory.RISK, TagCategory.CHURNED}


@dataclass(frozen=True, slots=True)
class Target:
    """``code``: that of the tag, or ``category:churned``."""

    code: str
    name: str
    lifecycle: Lifecycle
    tags: Sequence[StatusTag]

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(tag.id for tag in self.tags)

    @property
    def key(self) -> str:
        """As it is asked for: ``learning:ST_003``."""
        return f"{self.lifecycle.code}:{self.code}"

    @property
    def is_bad(self) -> bool:
        return all(tag.category in _BAD for tag in self.tags)

    def now(self, rows: Sequence[Progress]) -> int:
        """How many customers of some cohorts are there now."""
        return sum(row.now.get(tag, 0) for row in rows for tag in self.ids)


def targets(lifecycle: Lifecycle) -> list[Target]:
    """Its tags in their order, then its categories."""
    each = each_tag(lifecycle)
    categories = {one: [tag for own in each for tag in own.tags if tag.category == one] for one in TagCategory}
    return [
        *each,
        *(
            Target(f"category:{one}", f"any tag of “{one.label}”", lifecycle, own)
            for one, own in categories.items()
            if own
        ),
    ]


def all_targets() -> dict[str, Target]:
    """Of all lifecycles, by key; a category of one tag is that tag."""
    return {
        one.key: one
        for lifecycle in lifecycles()
        for one in targets(lifecycle)
        if not (one.code.startswith("category:") and len(one.tags) == 1)
    }


def first_target(owners: Collection[int] | None) -> Target | None:
    """That of the lifecycle that is looked at first."""
    lifecycle = first_lifecycle(owners)
    return usual_target(lifecycle) if lifecycle else None


def usual_target(lifecycle: Lifecycle) -> Target | None:
    """The last learning tag, which learners are to reach. Without one, that of customers who churned, or else the first
    there is."""
    found = each_tag(lifecycle)
    learning, churned = (
        [one for one in found if one.tags[0].category == category]
        for category in (TagCategory.LEARNING, TagCategory.CHURNED)
    )
    return next(iter(learning[-1:] or churned or found), None)


def each_tag(lifecycle: Lifecycle) -> list[Target]:
    """In their order."""
    return [Target(tag.code, tag.name, lifecycle, (tag,)) for tag in lifecycle.tags.all()]
