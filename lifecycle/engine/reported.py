"""What other floors report about customers: the only way in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.metrics.sources import Reported
from lifecycle.models import Lifecycle
from lifecycle.queries import heeded_rules
from lifecycle.rules.nodes import metrics_of
from lifecycle.rules.parse import parse
from lifecycle.sql.reported import BY_HAND, report
from lifecycle.sql.run import rows


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The health of a customer; all ``None``: it has none any more."""

    customer_id: int
    score: int | None = None
    level: str | None = None
    trend: str | None = None
    change: int | None = None


@transaction.atomic
def report_health(*, reports: Iterable[HealthReport], now: datetime) -> int:
    """Keep the health of some customers, each once, for rules to read; returns of how many it was news.

    These are looked at again in the lifecycles whose rules read it.
    """
    told = list(reports)
    if not told:
        return 0
    found = rows(
        report(BY_HAND),
        customers=[one.customer_id for one in told],
        scores=[one.score for one in told],
        levels=[one.level for one in told],
        trends=[one.trend for one in told],
        changes=[one.change for one in told],
        lifecycles=_readers(),
        now=now,
    )
    return int(found[0][1])


def report_health_of(*, told: str, now: datetime, **params: Any) -> int:
    """The same of many at once: what a statement returns, a row a customer as in ``HealthReport``.

    Returns how many it told of.
    """
    return int(rows(report(told), now=now, lifecycles=_readers(), **params)[0][0])


def _readers() -> list[int]:
    """The lifecycles whose rules look at what is reported."""
    return [one.id for one in Lifecycle.objects.filter(is_active=True) if reads_reported(one)]


def reads_reported(lifecycle: Lifecycle) -> bool:
    """Whether a rule in force reads anything that is reported."""
    trees = (parse(rule.conditions, CATALOGUE) for rule in heeded_rules(lifecycle))
    return any(isinstance(CATALOGUE[name].source, Reported) for tree in trees for name in metrics_of(tree))
