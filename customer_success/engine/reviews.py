"""Business reviews: planned by people, prepared from data, held, cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from customer_success.models import (
    Account,
    BusinessReview,
    BusinessReviewType,
    ReviewActionItem,
    ReviewStatus,
    Task,
    TaskState,
    TaskType,
)
from customer_success.queries.review_data import period_of, proposal
from customer_success.queries.reviews import ACTION_ORIGIN
from customer_success.rules.calendar import day_at, end_of_day, meeting_on, working_days_before
from customer_success.rules.review import merged, name_of
from lifecycle.models import Customer

from .tasks import NewTask, close_by_origin, create_tasks

OPEN = (ReviewStatus.SCHEDULED, ReviewStatus.MISSED)
FARTHEST = timedelta(days=5 * 366)
LONGEST_PROMISE = timedelta(days=2 * 366)
WORDS = frozenset({
    "type", "owner", "attendees", "agenda", "achievements", "challenges", "metrics_review", "goals_progress",
    "decisions", "next_steps", "overall_rating", "feedback",
})  # fmt: skip


class ReviewRefused(ValueError):
    """The review is not in the state that this takes: it was held, cancelled or changed meanwhile."""


class WrongTime(ValueError):
    """The review was not planned or recorded: its time cannot be right. ``field``: which one, empty: its own."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Promise:
    """What somebody promised in a review; ``owner_id`` empty: whoever looks after the customer."""

    text: str
    due_on: date
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """That a review was held. ``words``: what else is written of it (``WORDS``)."""

    held_at: datetime
    action_items: Sequence[Promise] = ()
    follow_up_on: date | None = None
    words: Mapping[str, Any] = field(default_factory=dict)


def create_review(
    *, customer: Customer, type: BusinessReviewType, scheduled_for: datetime, words: Mapping[str, Any], by: Any,  # noqa: A002  as the model names it
    now: datetime,
) -> BusinessReview:  # fmt: skip
    """Plan a review. Raises ``WrongTime``."""
    check_time(scheduled_for, now)
    return BusinessReview.objects.create(
        customer=customer, type=type, scheduled_for=scheduled_for, changed_by=by, created_at=now, updated_at=now,
        **_known(words),
    )  # fmt: skip


@transaction.atomic
def change_review(
    *, review: BusinessReview, words: Mapping[str, Any], by: Any, now: datetime, scheduled_for: datetime | None = None,
    seen: datetime | None = None,
) -> None:  # fmt: skip
    """Write in a review that was not cancelled; give it another time, which a missed one gets as well.

    ``seen``: when the review that the person looked at was last changed. Raises ``ReviewRefused``, ``WrongTime``.
    """
    changes = {**_known(words), "changed_by": by, "updated_at": now}
    states: Sequence[ReviewStatus] = (*OPEN, ReviewStatus.HELD)
    if scheduled_for is not None:
        check_time(scheduled_for, now)
        changes |= {"scheduled_for": scheduled_for, "status": ReviewStatus.SCHEDULED}
        states = OPEN
    _change(review, states, changes, seen=seen)
    if scheduled_for is not None:
        due_at = prepare_by(scheduled_for, review.customer.timezone)
        Task.objects.filter(origin=prepare_origin(review.id), state=TaskState.OPEN).update(due_at=due_at)


@transaction.atomic
def prepare(*, review: BusinessReview, by: Any, now: datetime) -> None:
    """Fill a review that is still to be held from the data up to now; what people wrote stays. ``by=None``: automation.

    Raises ``ReviewRefused``.
    """
    row = BusinessReview.objects.select_for_update(of=("self",)).select_related("customer").get(id=review.id)
    if row.status not in OPEN:
        raise ReviewRefused(_state(row))
    period = period_of(row, until=now)
    found = proposal(period)
    prepared = {}
    for name, fresh, key in (
        ("achievements", found.achievements, str),
        ("challenges", found.challenges, str),
        ("metrics_review", [metric.row() for metric in found.metrics], name_of),
        ("goals_progress", [goal.row() for goal in found.goals], name_of),
    ):
        stands, prepared[name] = merged(getattr(row, name), row.prepared.get(name, []), fresh, key=key)
        setattr(row, name, stands)
    row.prepared, row.prepared_at, row.prepared_since, row.updated_at = prepared, now, period.since, now
    row.changed_by = by or row.changed_by
    row.save()


@transaction.atomic
def hold(*, review: BusinessReview, meeting: Meeting, by: Any, now: datetime) -> None:
    """Record that a review was held.

    1. The review is held, once, with what was written of it.
    2. Its action items are kept, and each is a task.
    3. The follow-up is a task.
    4. The task to prepare it is done, and the customer was contacted.

    Raises ``ReviewRefused``, ``WrongTime``.
    """
    if meeting.held_at > now:
        raise WrongTime("A review cannot have been held in the future.")
    check_time(meeting.held_at, now)
    _check_promises(review, meeting)
    held = {"status": ReviewStatus.HELD, "held_at": meeting.held_at, "follow_up_on": meeting.follow_up_on}
    _change(review, OPEN, {**_known(meeting.words), **held, "changed_by": by, "updated_at": now})
    items = ReviewActionItem.objects.bulk_create(
        ReviewActionItem(review=review, text=one.text, owner_id=one.owner_id, due_on=one.due_on)
        for one in meeting.action_items
    )
    create_tasks(tasks=[*map(_task_of, items), *_follow_up(review, meeting)], by=by, now=now)
    close_preparing([review.id], state=TaskState.DONE, outcome="The review was held.", by=by, now=now)
    Account.objects.filter(
        Q(last_contact_at=None) | Q(last_contact_at__lt=meeting.held_at), customer=review.customer_id
    ).update(last_contact_at=meeting.held_at, updated_at=now)


@transaction.atomic
def cancel(*, review: BusinessReview, by: Any, now: datetime) -> None:
    """Call a review off that is still to be held. Raises ``ReviewRefused``."""
    _change(review, OPEN, {"status": ReviewStatus.CANCELLED, "changed_by": by, "updated_at": now})
    close_preparing([review.id], state=TaskState.DROPPED, outcome="The review was cancelled.", by=by, now=now)


def check_time(at: datetime, now: datetime) -> None:
    """Raises ``WrongTime``."""
    if abs(at - now) > FARTHEST:
        raise WrongTime("A review is within five years of today.")


def _check_promises(review: BusinessReview, meeting: Meeting) -> None:
    first = day_at(meeting.held_at, review.customer.timezone)
    days = {f"action_items.{number}.due_on": one.due_on for number, one in enumerate(meeting.action_items)}
    if meeting.follow_up_on is not None:
        days["follow_up_on"] = meeting.follow_up_on
    for at, day in days.items():
        if not first <= day <= first + LONGEST_PROMISE:
            raise WrongTime(f"Choose a day from {first}, when the review was held, and within two years.", field=at)


def close_preparing(ids: Sequence[int], *, state: TaskState, outcome: str, by: Any, now: datetime) -> None:
    """The tasks to prepare some reviews have nothing to wait for any more."""
    origins = [prepare_origin(one) for one in ids]
    close_by_origin(origins=origins, state=state, outcome=outcome, by=by, now=now)


def prepare_origin(review_id: int) -> str:
    return f"review:{review_id}"


def prepare_by(scheduled_for: datetime, zone: str) -> datetime:
    """When a review has to be ready: the working day before, at ten."""
    return meeting_on(working_days_before(day_at(scheduled_for, zone), 1), zone)


def _change(
    review: BusinessReview, states: Sequence[ReviewStatus], changes: Mapping[str, Any], *, seen: datetime | None = None
) -> None:
    rows = BusinessReview.objects.filter(id=review.id, status__in=states)
    if seen is not None:
        rows = rows.filter(updated_at=seen)
    if rows.update(**changes) != 1:
        raise ReviewRefused(_state(BusinessReview.objects.get(id=review.id), states))


def _state(review: BusinessReview, states: Sequence[ReviewStatus] = OPEN) -> str:
    if review.status in states:
        return "Somebody has changed the review meanwhile; look at it and decide anew."
    return f"The review is {review.get_status_display().lower()} already."


def _known(words: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := sorted(set(words) - WORDS):
        raise TypeError(f"A review has no {', '.join(unknown)} to be written.")
    return dict(words)


def _due_at(review: BusinessReview, day: date) -> datetime:
    return end_of_day(day, review.customer.timezone)


def _task_of(item: ReviewActionItem) -> NewTask:
    return NewTask(
        item.review.customer, TaskType.ACTION_ITEM, item.text, _due_at(item.review, item.due_on),
        owner_id=item.owner_id, notes=f"Agreed in: {item.review}", origin=f"{ACTION_ORIGIN}{item.id}",
    )  # fmt: skip


def _follow_up(review: BusinessReview, meeting: Meeting) -> list[NewTask]:
    if meeting.follow_up_on is None:
        return []
    owner = meeting.words.get("owner", review.owner)
    return [
        NewTask(
            review.customer, TaskType.BUSINESS_REVIEW, f"Follow up: {review}", _due_at(review, meeting.follow_up_on),
            owner_id=owner.id if owner else None, origin=f"follow-up:{review.id}",
        )
    ]  # fmt: skip
