"""What workers do. A task is a wake-up: it may be lost, repeated or late, the database keeps the promises."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from customer_success.engine.review_cadence import announce_reviews, miss_reviews, schedule_reviews
from customer_success.engine.reviews import ReviewRefused, prepare
from customer_success.models import BusinessReview

log = logging.getLogger(__name__)


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
