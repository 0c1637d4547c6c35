"""Scoring: which scorecards are in force, and what they make of everybody, or of some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from customer_success.models import Scorecard, ScorecardState, ScorecardVersion, Scoring
from customer_success.queries.scorecards import cards_in_force, has_other_cards, text_of
from customer_success.sql import health
from customer_success.sql.scoring import IN_RANGE, OF_THESE, SCORED, Card, level_by_card, score_these
from lifecycle.engine.defaults import enroll_everybody
from lifecycle.engine.past import dropped_afterwards
from lifecycle.engine.reported import HealthReport, report_health, report_health_of
from lifecycle.models import Lifecycle
from lifecycle.sql.moments import bind
from lifecycle.sql.run import rows, run

AT_ONCE = 20_000


class ScoringAlready(RuntimeError):
    """Another process scores everybody at this moment; nothing was done."""


class ScorecardNotEditable(ValueError):
    """The version is not what it has to be for this: what scored once is never changed."""


class NoLifecycle(RuntimeError):
    """Nobody was scored: no lifecycle is active, and what is known of customers is read beside their status."""


def score_everybody(*, now: datetime) -> int:
    """Score every customer as of ``now``, some at once; returns whose health is another one now.

    Raises ``ScoringAlready`` and ``NoLifecycle``.
    """
    with alone():
        until = rows(health.LAST_EVENT)[0][0]
        lifecycle = lifecycle_to_read()
        enroll_everybody(lifecycle=lifecycle)
        cards = cards_in_force()
        first, last = rows(health.ENDS)[0]
        changed = 0
        for start in range(first, last + 1, AT_ONCE):
            changed += _score(cards, lifecycle, IN_RANGE, now, first=start, last=start + AT_ONCE - 1)
        Scoring.objects.update_or_create(id=1, defaults={"last_event_id": until, "through": now})
        return changed


def score_changed(*, now: datetime) -> int:
    """Score those with news since the last time; everybody where that was never, or other scorecards are in force.

    Raises as ``score_everybody``.
    """
    done = Scoring.objects.filter(through__isnull=False).first()
    if done is None or has_other_cards(since=done.through):
        return score_everybody(now=now)
    with alone():
        until = rows(health.LAST_EVENT)[0][0]
        news = [one for (one,) in rows(health.CHANGED, after=done.last_event_id, since=done.through, now=now)]
        changed = sum(
            score_customers(customers=news[start : start + AT_ONCE], now=now) for start in range(0, len(news), AT_ONCE)
        )
        Scoring.objects.update(last_event_id=until, through=now)
        return changed


def score_customers(*, customers: Iterable[int], now: datetime) -> int:
    """Score some customers, by their ids; returns whose health is another one now. Raises ``NoLifecycle``."""
    return _score(cards_in_force(), lifecycle_to_read(), OF_THESE, now, customers=sorted(set(customers)))


@transaction.atomic
def publish_scorecard(*, version: ScorecardVersion, by: Any, now: datetime) -> ScorecardVersion:
    """Put a draft in force in place of the published version. The next run scores by it.

    Raises ``ScorecardNotEditable``, and ``ScorecardError`` for a text that says nothing.
    """
    text_of(version)
    Scorecard.objects.select_for_update(no_key=True).get(id=version.scorecard_id)
    versions = ScorecardVersion.objects.filter(scorecard_id=version.scorecard_id)
    versions.filter(state=ScorecardState.PUBLISHED).update(state=ScorecardState.RETIRED)
    is_draft = versions.filter(id=version.id, state=ScorecardState.DRAFT)
    if not is_draft.update(state=ScorecardState.PUBLISHED, published_at=now, published_by=by):
        raise ScorecardNotEditable(f"Only a draft can be published; {version} is none any more.")
    version.refresh_from_db()
    return version


@transaction.atomic
def _score(cards: list[Card], lifecycle: Lifecycle, scope: str, now: datetime, **of: Any) -> int:
    """One transaction: who is scored, the day's row, the health in force, and what rules read of it."""
    run(health.ONE_AT_A_TIME)
    at = {"day": now.astimezone(UTC).date(), "now": now, **of}
    run(health.END_OVERRIDES.format(scope=scope), **at)
    changed = 0
    with dropped_afterwards(SCORED):
        if cards:
            sql, moments = score_these(cards, lifecycle_id=lifecycle.id, scope=scope)
            run(sql, **at, **bind(moments, now), is_live=True)
            run(f"ANALYZE {SCORED} (customer_id)")
            run(health.WRITE_HISTORY, **at)
            level = level_by_card("o.score", cards, "s.version_id")
            changed = report_health_of(told=health.UPDATE_HEALTH.format(level=level), **at)
        else:
            run(health.NOBODY)
        others = rows(health.GIVE_WAY.format(scope=f"h.{scope}"), **at)
        others += rows(health.REMOVE.format(scope=f"h.{scope}"), **at)
    report_health(reports=(HealthReport(*row) for row in others), now=now)
    return changed + len(others)


def lifecycle_to_read() -> Lifecycle:
    """One in which every customer has a status, so that each customer is one row. Raises ``NoLifecycle``."""
    found = Lifecycle.objects.filter(is_active=True).order_by("-is_set_up", "id").first()
    if found is None:
        raise NoLifecycle("There is no active lifecycle; load the shipped ones or make one first.")
    return found


@contextmanager
def alone() -> Iterator[None]:
    if not rows(health.TRY_ALONE)[0][0]:
        raise ScoringAlready("Health is being scored by another process; try again when it is done.")
    try:
        yield
    finally:
        run(health.LET_GO)
