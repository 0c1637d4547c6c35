"""What workers do. A task is a wake-up: it may be lost, repeated or late, the database keeps the promises."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from customer_success.engine.alerts import raise_alerts
from customer_success.engine.expansion import detect_expansion
from customer_success.engine.milestones import mark_overdue, remind_of_milestones
from customer_success.engine.periods import write_ended_periods
from customer_success.engine.review_cadence import announce_reviews, miss_reviews, schedule_reviews
from customer_success.engine.reviews import ReviewRefused, prepare
from customer_success.engine.scoring import NoLifecycle, ScoringAlready, score_changed, score_everybody
from customer_success.engine.task_rules import apply_task_rules
from customer_success.engine.tiers import note_changed_tiers
from customer_success.models import BusinessReview

log = logging.getLogger(__name__)


@shared_task
def note_tiers() -> None:
    """Each night: the tiers that events have changed get their history."""
    note_changed_tiers(now=timezone.now())


@shared_task
def write_success_metrics() -> None:
    """Each night: what accounts reached in the days, weeks, months, quarters and years that have ended."""
    write_ended_periods(now=timezone.now())


@shared_task
def score_health() -> None:
    """Every night, after days were collected: everybody's health, and the alerts that follow from it."""
    now = timezone.now()
    try:
        score_everybody(now=now)
    except (ScoringAlready, NoLifecycle) as reason:
        log.info("%s", reason)
    else:
        raise_alerts(now=now)


@shared_task
def score_changed_health() -> None:
    """Every hour: the health of those with news, and the alerts that follow from it."""
    now = timezone.now()
    try:
        score_changed(now=now)
    except (ScoringAlready, NoLifecycle) as reason:
        log.info("%s", reason)
    else:
        raise_alerts(now=now)


@shared_task
def watch_milestones() -> None:
    """Every hour, for somewhere a day begins: milestones past their due date, and tasks for those due soon."""
    now = timezone.now()
    mark_overdue(now=now)
    remind_of_milestones(now=now)


@shared_task
def plan_business_reviews() -> None:
    """Every day: the next regular reviews, those that are near, and those that nobody held."""
    now = timezone.now()
    schedule_reviews(now=now)
    miss_reviews(now=now)
    for number in announce_reviews(now=now):
        prepare_business_review.delay(number)


@shared_task
def prepare_business_review(number: int) -> None:
    """What the data say for a review that is near."""
    review = BusinessReview.objects.filter(id=number, prepared_at=None).first()
    if review is None:
        return
    try:
        prepare(review=review, by=None, now=timezone.now())
    except ReviewRefused as refused:
        log.info("%s", refused)


@shared_task
def find_expansion() -> None:
    """Every night, after the scores: opportunities that are new, changed or gone."""
    done = detect_expansion(now=timezone.now())
    log.info("%d opportunities of expansion found, %d gone", done.found, done.gone)


@shared_task
def make_tasks() -> None:
    """Every few minutes: what the latest moves ask people to do."""
    while apply_task_rules(now=timezone.now()):
        pass
