"""Is the score any good? What health scores said of customers, beside who churned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from customer_success.metrics.inputs import INPUTS
from customer_success.models import ScorecardVersion
from customer_success.rules.goodness import (
    Before,
    Cases,
    Group,
    auc,
    before_churn,
    calibration,
    roc,
)
from customer_success.sql import goodness as statements
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import Lifecycle, TagCategory
from lifecycle.queries import known_until, published_rules
from lifecycle.rules.nodes import metrics_of
from lifecycle.rules.parse import parse

from .scorecards import text_of

HORIZONS = (30, 60, 90)
LANDMARK_DAYS = 30


@dataclass(frozen=True, slots=True)
class Goodness:
    """How well the scores of some versions told who churned; ``landmarks``: the days on which they are looked at.

    ``auc`` is ``None``, ``roc`` and ``deciles`` are empty where there are too few cases to say.
    """

    lifecycle: Lifecycle
    horizon_days: int
    landmarks: tuple[date, ...]
    churned: int
    stayed: int
    auc: float | None
    roc: tuple[tuple[float, float], ...]
    deciles: tuple[Group, ...]
    before: tuple[Before, ...]

    @property
    def green_churn_rate(self) -> float | None:
        """Of those who churned, the share that looked healthy as many days before as the horizon is long."""
        return next(one.green_churn for one in self.before if one.days == self.horizon_days)


def lifecycles_with_churn() -> list[Lifecycle]:
    """Those that a customer can churn in; that of accounts first."""
    found = Lifecycle.objects.filter(tags__category=TagCategory.CHURNED).distinct()
    return sorted(found, key=lambda one: (one.code != "account", one.name))


def read_by_score(versions: Collection[ScorecardVersion]) -> list[str]:
    """What scores are made of, by label."""
    return sorted({INPUTS[name].label for one in versions for name in text_of(one).inputs})


def read_by_churn(lifecycle: Lifecycle) -> list[str]:
    """What the rules in force go by that lead into churn, by label; nothing where people alone decide it."""
    rules = published_rules(lifecycle).filter(to_tag__category=TagCategory.CHURNED)
    return sorted({CATALOGUE[name].label for one in rules for name in metrics_of(parse(one.conditions, CATALOGUE))})


def goodness(
    versions: Collection[ScorecardVersion], *, lifecycle: Lifecycle, horizon_days: int, as_of: datetime
) -> Goodness:
    """What the scores of these versions, as written then, told about who churned within 30, 60 or 90 days.

    A landmark counts once its horizon is over. A customer counts on each landmark, those who came back too.
    """
    about: dict[str, Any] = {
        "versions": [one.id for one in versions], "lifecycle": lifecycle.id, "horizon": horizon_days, "as_of": as_of,
        "last": as_of.date(), "days": list(HORIZONS),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statements.FIRST_DAY, about)
        [first] = cursor.fetchone()
        until = known_until(lifecycle, as_of=as_of).astimezone(UTC).date()
        landmarks = _landmarks(first, until, horizon_days)
        cursor.execute(statements.CASES, {**about, "landmarks": list(landmarks)})
        cases = [Cases(*row) for row in cursor.fetchall()]
        cursor.execute(statements.BEFORE, {**about, "first": first or as_of.date()})
        levels: dict[int, dict[str | None, int]] = defaultdict(dict)
        for days, level, number in cursor.fetchall():
            levels[days][level] = number
    return Goodness(
        lifecycle=lifecycle,
        horizon_days=horizon_days,
        landmarks=landmarks,
        churned=sum(one.churned for one in cases),
        stayed=sum(one.stayed for one in cases),
        auc=auc(cases),
        roc=roc(cases),
        deciles=calibration(cases),
        before=tuple(before_churn(days, levels[days]) for days in HORIZONS),
    )


def _landmarks(first: date | None, until: date, horizon_days: int) -> tuple[date, ...]:
    """Every 30 days back from the last day whose horizon is over, the earliest first."""
    if first is None:
        return ()
    last = until - timedelta(days=horizon_days + 1)
    number = max((last - first).days // LANDMARK_DAYS + 1, 0)
    return tuple(last - timedelta(days=LANDMARK_DAYS * n) for n in reversed(range(number)))
