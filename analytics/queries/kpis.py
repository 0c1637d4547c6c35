"""Where the key figures stand: of everybody as the newest snapshot has them, of a portfolio as they are or were."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import F

from analytics.models import Figure, KpiTarget, Snapshot
from analytics.rules.kpis import BY_CODE, KPIS, Fold, Kpi, Standing, nps_margin, standing
from analytics.sql.folds import DETRACTORS, PROMOTERS, together
from lifecycle.models import Lifecycle

from .figures import MONTH, month_ago
from .kept import is_kept, kept_answer
from .reports import run, statement_of

Parts = Mapping[str, Any]  # rows of value and n, by part


@dataclass(frozen=True, slots=True)
class KpiStanding:
    """``before``: the value a month earlier, if it is known. ``days``: the values kept since then, of everybody.
    ``margin``: half the 95 % interval, of a net promoter score."""

    kpi: Kpi
    target: KpiTarget
    as_of: datetime
    value: Decimal | None
    n: int
    before: Decimal | None = None
    margin: float | None = None
    days: Sequence[tuple[date, Decimal | None]] = ()
    is_of_everybody: bool = True

    @property
    def standing(self) -> Standing:
        """The target of a sum is everybody's: a portfolio is not judged by it."""
        if self.kpi.fold is Fold.SUM and not self.is_of_everybody:
            return Standing.UNKNOWN
        return standing(self.kpi, self.value, self.n, self.target.target)

    @property
    def change(self) -> Decimal | None:
        return None if self.value is None or self.before is None else self.value - self.before

    @property
    def is_better(self) -> bool | None:
        return None if not self.change else (self.change < 0) == self.kpi.is_lower_better


def kpi_standings(*, owners: Collection[int] | None, now: datetime, codes: Collection[str] = ()) -> list[KpiStanding]:
    """Of all key figures that have a target row, or of those named, in their order."""
    return with_before(kpi_standings_now(owners=owners, now=now, codes=codes), owners=owners, now=now)


def with_before(found: Sequence[KpiStanding], *, owners: Collection[int] | None, now: datetime) -> list[KpiStanding]:
    """With the value a month earlier, where it was not told yet."""
    if is_kept(owners):
        return list(found)
    before = _asked([one.kpi for one in found], owners, now - MONTH)
    return [replace(one, before=before[one.kpi.code][""].value) for one in found]


def kpi_standings_now(
    *, owners: Collection[int] | None, now: datetime, codes: Collection[str] = ()
) -> list[KpiStanding]:
    """The same; of a portfolio of few customers without the value a month earlier, which takes as long again."""
    targets = {one.code: one for one in KpiTarget.objects.select_related("owner")}
    kpis = [kpi for kpi in KPIS if kpi.code in targets and (not codes or kpi.code in codes)]
    told = _kept(kpis, now) if owners is None else _of_portfolio(kpis, owners, now)
    return [KpiStanding(kpi, targets[kpi.code], is_of_everybody=owners is None, **told[kpi.code]) for kpi in kpis]


def kpi_standing(code: str, *, owners: Collection[int] | None, now: datetime) -> KpiStanding | None:
    """Of one, by its code; ``None``: there is none."""
    found = kpi_standings(owners=owners, now=now, codes=[code]) if code in BY_CODE else []
    return found[0] if found else None


def _of_portfolio(kpis: Sequence[Kpi], owners: Collection[int], now: datetime) -> dict[str, dict[str, Any]]:
    """Of a large one, all are kept together."""
    if not is_kept(owners):
        return _live(kpis, owners, now)
    answer = partial(_live, KPIS, owners, now, is_compared=True)
    return kept_answer("kpis", answer, owners=owners, now=now)[1]


def _kept(kpis: Sequence[Kpi], now: datetime) -> dict[str, dict[str, Any]]:
    """The newest snapshot and the month before it; what it does not have yet is asked now."""
    snapshot = Snapshot.objects.first()
    missing = list(kpis)
    told: dict[str, dict[str, Any]] = {}
    if snapshot:
        since, latest = month_ago(snapshot.day)
        days = _days(kpis, since=since, until=snapshot.day)
        for kpi in kpis:
            parts = days.get(kpi.report, {})
            if newest := parts.get(snapshot.day):
                earlier = next((of_day.get("") for day, of_day in parts.items() if day <= latest), None)
                told[kpi.code] = {
                    "as_of": snapshot.as_of, **_said(kpi, newest), "before": earlier.value if earlier else None,
                    "days": [(day, of_day[""].value) for day, of_day in parts.items() if "" in of_day],
                }  # fmt: skip
        missing = [kpi for kpi in kpis if kpi.code not in told]
    return told | _live(missing, None, now, is_compared=True) if missing else told


def _days(kpis: Sequence[Kpi], *, since: date, until: date) -> dict[str, dict[date, dict[str, Any]]]:
    """By report, day and part; the days in order."""
    rows = Figure.objects.filter(report__in=[kpi.report for kpi in kpis], snapshot__day__range=(since, until))
    found: dict[str, dict[date, dict[str, Any]]] = {}
    named = (
        rows.annotate(day=F("snapshot")).order_by("day").values_list("report", "day", "part", "value", "n", named=True)
    )
    for row in named:
        found.setdefault(row.report, {}).setdefault(row.day, {})[row.part] = row
    return found


def _live(
    kpis: Sequence[Kpi], owners: Collection[int] | None, now: datetime, *, is_compared: bool = False
) -> dict[str, dict[str, Any]]:
    """As it is now, and if they are to be compared as it was a month ago, by code."""
    newest = _asked(kpis, owners, now)
    before = _asked(kpis, owners, now - MONTH) if is_compared else {}
    return {
        kpi.code: {
            "as_of": now, **_said(kpi, newest[kpi.code]),
            "before": before[kpi.code][""].value if is_compared else None,
        }
        for kpi in kpis
    }  # fmt: skip


def _asked(kpis: Sequence[Kpi], owners: Collection[int] | None, at: datetime) -> dict[str, dict[str, Any]]:
    """Rows by code and part, by one statement for those of a lifecycle."""
    lifecycles = dict(Lifecycle.objects.filter(is_active=True).values_list("code", "id"))
    found: dict[str, dict[str, Any]] = {kpi.code: {} for kpi in kpis}
    for code in dict.fromkeys(kpi.lifecycle for kpi in kpis):
        asked = together({kpi.code: statement_of(kpi.report) for kpi in kpis if kpi.lifecycle == code})
        for row in run(asked, owners=owners, as_of=at, lifecycle=lifecycles.get(code)):
            found[row.code][row.part] = row
    return found


def _said(kpi: Kpi, parts: Parts) -> dict[str, Any]:
    whole = parts[""]
    margin = None
    if PROMOTERS in parts:
        margin = nps_margin(int(parts[PROMOTERS].value), int(parts[DETRACTORS].value), whole.n)
    return {"value": whole.value, "n": whole.n, "margin": margin}
