"""The regular business reviews: scheduled ahead by the policy of the tier, announced, and missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Q, QuerySet

from customer_success.models import Account, BusinessReview, ReviewStatus, TaskState, TaskType, TierPolicy
from customer_success.queries.accounts import closed
from customer_success.rules.calendar import Occurrence, day_at, due, meeting_on, working_days_before

from .reviews import close_preparing, prepare_by, prepare_origin
from .tasks import NewTask, create_tasks

MISSED_AFTER = timedelta(days=7)
ANNOUNCED = 3  # working days
_WITHIN = timedelta(days=7)  # holds three working days and a weekend
CHUNK = 5000


def schedule_reviews(*, now: datetime) -> None:
    """Schedule the next meeting of each cadence that a customer's tier promises; one that is there is left as it is.

    Those that the tier no longer promises, and nobody touched, are cancelled.
    """
    policies = list(TierPolicy.objects.all())
    _cancel_unpromised(policies, now)
    for policy in policies:
        if policy.reviews or policy.first_month_reviews:
            reviews = _reviews(policy, now)
            while chunk := list(islice(reviews, CHUNK)):
                BusinessReview.objects.bulk_create(chunk, ignore_conflicts=True)


def miss_reviews(*, now: datetime) -> int:
    """Those that were not held within a week after their time are missed."""
    return _close(
        BusinessReview.objects.filter(scheduled_for__lt=now - MISSED_AFTER), ReviewStatus.MISSED,
        "The review was not held.", now,
    )  # fmt: skip


def announce_reviews(*, now: datetime) -> list[int]:
    """Ask for the preparation of reviews three working days ahead; returns those that nothing was prepared for yet."""
    soon = BusinessReview.objects.filter(
        status=ReviewStatus.SCHEDULED, scheduled_for__gt=now, scheduled_for__lte=now + _WITHIN
    ).select_related("customer")
    found = [review for review in soon.iterator(CHUNK) if _is_announced(review, now)]
    create_tasks(tasks=map(_to_prepare, found), by=None, now=now)
    return [review.id for review in found if review.prepared_at is None]


def _reviews(policy: TierPolicy, now: datetime) -> Iterator[BusinessReview]:
    accounts = Account.objects.filter(customer__tier=policy.tier).exclude(closed("customer_id"))
    rows = accounts.values_list("customer_id", "customer__timezone", "opened_at", "profile__onboarding_started_on")
    for customer_id, zone, opened_at, started_on in rows.iterator(CHUNK):
        start, today = started_on or day_at(opened_at, zone), day_at(now, zone)
        for one in due(regular=policy.reviews, first_month=policy.first_month_reviews, start=start, today=today):
            yield BusinessReview(
                customer_id=customer_id, type=one.cadence, scheduled_for=meeting_on(one.day, zone),
                origin=_origin(customer_id, one), created_at=now, updated_at=now,
            )  # fmt: skip


def _origin(customer_id: int, one: Occurrence) -> str:
    return f"cadence:{customer_id}:{one.cadence}:{one.number}"


def _cancel_unpromised(policies: Iterable[TierPolicy], now: datetime) -> None:
    promised = Q(pk__in=[])
    for policy in policies:
        promised |= Q(customer__tier=policy.tier, type__in=[*policy.reviews, policy.first_month_reviews])
    unpromised = BusinessReview.objects.filter(
        ~promised | Q(closed("customer_id")),
        scheduled_for__gt=now, changed_by=None, origin__startswith="cadence:",
    )  # fmt: skip
    _close(unpromised, ReviewStatus.CANCELLED, "The tier no longer promises the review.", now)


@transaction.atomic
def _close(reviews: QuerySet[BusinessReview], status: ReviewStatus, why: str, now: datetime) -> int:
    """Close scheduled reviews. A cancelled one frees its origin: the tier may come back."""
    freed = {"origin": None} if status == ReviewStatus.CANCELLED else {}
    open_ones = reviews.filter(status=ReviewStatus.SCHEDULED).select_for_update(of=("self",))
    ids = list(open_ones.values_list("id", flat=True))
    BusinessReview.objects.filter(id__in=ids).update(status=status, updated_at=now, **freed)
    close_preparing(ids, state=TaskState.DROPPED, outcome=why, by=None, now=now)
    return len(ids)


def _is_announced(review: BusinessReview, now: datetime) -> bool:
    zone = review.customer.timezone
    return working_days_before(day_at(review.scheduled_for, zone), ANNOUNCED) <= day_at(now, zone)


def _to_prepare(review: BusinessReview) -> NewTask:
    return NewTask(
        review.customer, TaskType.BUSINESS_REVIEW, f"Prepare: {review}",
        prepare_by(review.scheduled_for, review.customer.timezone), owner_id=review.owner_id,
        origin=prepare_origin(review.id),
    )  # fmt: skip
