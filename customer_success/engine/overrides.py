"""What people say against a computed score, and scores that other systems report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from customer_success.models import (
    CustomerHealth,
    HealthOverride,
    HealthScore,
    HealthTrend,
    ScorecardVersion,
    ScoreSource,
)
from customer_success.queries.health import program, score_of_components
from customer_success.queries.scorecards import text_of
from customer_success.rules.bands import HIGHEST, LOWEST, STANDARD, Band, band_of
from customer_success.rules.trend import trend
from customer_success.sql import health as sql
from lifecycle.engine.reported import HealthReport, report_health
from lifecycle.models import Customer
from lifecycle.sql.run import rows, run

LONGEST = timedelta(days=366)


class OverrideNotPossible(ValueError):
    """The score was not overridden. ``field``: what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class OverrideOver(ValueError):
    """The override was not ended: it has ended already."""


@dataclass(frozen=True, slots=True)
class ReportedScore:
    """By dimension of the success program, or over all: one of them is given."""

    components: Mapping[str, int] | None = None
    score: int | None = None
    notes: str = ""


@transaction.atomic
def override_health(
    *, customer: Customer, score: int, reason: str, expires_at: datetime, by: Any, now: datetime
) -> HealthOverride:
    """Put a person's score in force until an instant, in place of an earlier word; the computed one stays beside it.

    Raises ``OverrideNotPossible``.
    """
    if not LOWEST <= score <= HIGHEST:
        raise OverrideNotPossible("score", f"A score goes from {LOWEST} to {HIGHEST}, not {score}.")
    if not reason.strip():
        raise OverrideNotPossible("reason", "Say why the computed score is wrong.")
    if expires_at <= now:
        raise OverrideNotPossible("expires_at", "The override has to end in the future.")
    if expires_at > now + LONGEST:
        raise OverrideNotPossible("expires_at", "The override has to end within a year.")
    run(sql.ONE_AT_A_TIME)
    HealthOverride.objects.filter(customer=customer, ended_at=None).update(ended_at=now, ended_by=by)
    override = HealthOverride.objects.create(
        customer=customer, score=score, reason=reason.strip(), by=by, made_at=now, expires_at=expires_at
    )
    band = band_of(score, _bands(customer))
    CustomerHealth.objects.update_or_create(
        customer=customer,
        defaults={"score": score, "level": band.code},
        create_defaults={"score": score, "level": band.code, "day": _day(now), "computed_at": now},
    )
    _tell(customer, now)
    return override


@transaction.atomic
def end_override(*, override: HealthOverride, by: Any, now: datetime) -> None:
    """Take an override back; the computed score is in force again. Raises ``OverrideOver``."""
    run(sql.ONE_AT_A_TIME)
    is_open = HealthOverride.objects.filter(id=override.id, ended_at=None)
    if not is_open.update(ended_at=now, ended_by=by):
        raise OverrideOver("This override has ended already.")
    health = CustomerHealth.objects.filter(customer=override.customer_id).first()
    if health is not None and health.computed_score is not None:
        CustomerHealth.objects.filter(pk=health.pk).update(score=health.computed_score, level=health.computed_level)
        _tell(override.customer, now)
    elif health is not None:
        health.delete()
        report_health(reports=[HealthReport(override.customer_id)], now=now)


@transaction.atomic
def report_score(*, customer: Customer, reported: ReportedScore, by: Any, now: datetime) -> HealthScore:
    """Keep a score that was told as the score of the day, in place of what was computed or told before.

    Components are weighed as the success program's scorecard says. Raises ``NoProgram`` where there is none.
    """
    run(sql.ONE_AT_A_TIME)
    version, score, components = _weighed(reported)
    level = band_of(score, text_of(version).card.bands if version else STANDARD).code
    by_version = version.id if version else None
    reference, previous = rows(sql.BEFORE_ONE, customer=customer.id, day=_day(now), version=by_version)[0]
    about = {
        "version": version,
        "source": ScoreSource.REPORTED,
        "level": level,
        "trend": HealthTrend(trend(score, reference)),
        "components": components,
        "values": {},
    }
    told = {"score": score, "notes": reported.notes, "by": by, "recorded_at": now}
    made, _ = HealthScore.objects.update_or_create(customer=customer, day=_day(now), defaults={**about, **told})
    override = HealthOverride.objects.filter(customer=customer, ended_at=None, expires_at__gt=now).first()
    in_force = override.score if override else score
    CustomerHealth.objects.update_or_create(
        customer=customer,
        defaults={
            **about,
            "score": in_force,
            "level": band_of(in_force, text_of(version).card.bands if version else STANDARD).code,
            "computed_score": score,
            "computed_level": level,
            "change": None if previous is None else score - previous,
            "day": _day(now),
            "computed_at": now,
        },
    )
    _tell(customer, now)
    return made


def _weighed(reported: ReportedScore) -> tuple[ScorecardVersion | None, int, dict[str, int]]:
    if reported.components is None:
        if reported.score is None:
            raise ValueError("A score, or some components of it, are needed.")
        return None, reported.score, {}
    version = program()
    found = score_of_components(version, reported.components)
    if found.value is None:
        raise ValueError("At least one component is needed.")
    return version, found.value, dict(reported.components)


def _bands(customer: Customer) -> Sequence[Band]:
    health = CustomerHealth.objects.filter(customer=customer).select_related("version").first()
    return text_of(health.version).card.bands if health and health.version else STANDARD


def _tell(customer: Customer, now: datetime) -> None:
    report_health(reports=[HealthReport(*row) for row in rows(sql.TOLD, customer=customer.id)], now=now)


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()
