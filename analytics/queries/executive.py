"""What a manager reads first: key figures, what changed in a month, how the tiers do (spec 4, "tierPerformance")."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from analytics.rules.few import FEWEST
from analytics.rules.kpis import Standing
from lifecycle.models import Lifecycle, TagCategory
from lifecycle.queries import lifecycles
from lifecycle.rules.traits import TIERS

from .figures import figures, now_and_then
from .health import Overview
from .kpis import KpiStanding, kpi_standings_now, with_before

Owners = Collection[int] | None
_ORDER = (Standing.MISSED, Standing.NEAR, Standing.UNKNOWN, Standing.REACHED)
SHOWN = 8  # of the key figures
TIER_FIGURES = ("average_health_score", "retention_rate", "expansion_rate", "lifetime_value")


@dataclass(frozen=True, slots=True)
class Change:
    """A number now and a month ago; ``None``: not known then. ``lifecycle``: that it is about, for its customers."""

    name: str
    now: Decimal | None
    before: Decimal | None
    is_lower_better: bool = False
    lifecycle: Lifecycle | None = None

    @property
    def by(self) -> Decimal | None:
        return None if self.now is None or self.before is None else self.now - self.before

    @property
    def is_good(self) -> bool | None:
        return None if not self.by else (self.by < 0) == self.is_lower_better


@dataclass(frozen=True, slots=True)
class Tier:
    """``figures``: each with the number of accounts that it stands on; no value is told of fewer than ``FEWEST``."""

    code: str
    customers: int
    figures: Mapping[str, tuple[Decimal | None, int]]


def key_figures(*, owners: Owners, now: datetime) -> list[KpiStanding]:
    """Those that are missed first; the first ``SHOWN`` with what they were a month before."""
    found = sorted(kpi_standings_now(owners=owners, now=now), key=lambda one: _ORDER.index(one.standing))
    return [*with_before(found[:SHOWN], owners=owners, now=now), *found[SHOWN:]]


def changes(found: Overview, *, owners: Owners, now: datetime) -> list[Change]:
    """What the portfolio was a month ago, and what it is."""
    then = found.then
    return [
        Change(
            "Customers with a health score", Decimal(found.levels.total), Decimal(then.levels.total) if then else None
        ),
        Change("Average health score", found.levels.score, then.levels.score if then else None),
        *(
            Change(
                name,
                Decimal(found.risks[code].n),
                Decimal(then.risks[code].n) if then else None,
                is_lower_better=code != "expansion",
            )
            for code, name in _RISKS.items()
        ),
        *_at_risk(owners, now),
    ]


def tiers(*, owners: Owners, now: datetime) -> tuple[datetime, list[Tier]]:
    """The highest first, accounts without a tier last."""
    told = figures("tier_performance", owners=owners, now=now)
    found: dict[str, dict[str, tuple[Decimal | None, int]]] = {}
    for row in told.rows:
        name, tier = row.part.split(":", 1)
        found.setdefault(tier, {})[name] = (row.value if row.n >= FEWEST else None, row.n)
    order = [*TIERS, ""]
    return told.as_of, [
        Tier(tier, found[tier]["customer_count"][1], {name: found[tier][name] for name in TIER_FIGURES})
        for tier in sorted(found, key=order.index)
    ]


_RISKS = {
    "at_risk": "At risk: fair or poor",
    "churn_risk": "Churn risk: poor",
    "alerts": "With an open alert",
    "expansion": "Healthy with an opportunity",
}


def _at_risk(owners: Owners, now: datetime) -> list[Change]:
    """The customers in the tags of risk, of each lifecycle that has such."""
    found = []
    for lifecycle in lifecycles().filter(is_active=True):
        risky = {tag.code for tag in lifecycle.tags.all() if tag.category == TagCategory.RISK}
        if risky:
            told, then = now_and_then("tag_customers", owners=owners, now=now, lifecycle=lifecycle)
            found.append(
                Change(
                    f"{lifecycle.name}: in a tag of risk",
                    _in(risky, told.rows),
                    _in(risky, then.rows) if then else None,
                    is_lower_better=True,
                    lifecycle=lifecycle,
                )
            )
    return found


def _in(tags: Collection[str], rows: Sequence[Any]) -> Decimal:
    return Decimal(sum(row.n for row in rows if row.part in tags))
