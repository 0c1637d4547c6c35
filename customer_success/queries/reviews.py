"""Business reviews: lists of them, those that come next, and what was promised in them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from customer_success.models import BusinessReview, ReviewActionItem, ReviewStatus, Task
from lifecycle.models import Customer
from lifecycle.queries import customers_seen, in_portfolio

ACTION_ORIGIN = "action:"


@dataclass(frozen=True, slots=True)
class Promise:
    """An action item and the task that it became."""

    item: ReviewActionItem
    task: Task | None

    @property
    def state(self) -> str | None:
        return self.task.state if self.task else None


def reviews() -> QuerySet[BusinessReview]:
    """All reviews with whom they are about and who leads them."""
    return BusinessReview.objects.select_related("customer", "customer__owner", "owner")


def reviews_seen(user: Any) -> QuerySet[BusinessReview]:
    """The reviews of the customers in a person's portfolio."""
    return in_portfolio(reviews(), user)


def accounts_seen(user: Any) -> QuerySet[Customer]:
    """The customers in a person's portfolio that have an account, with whom reviews are held."""
    return customers_seen(user).filter(account__isnull=False)


def led_by(user: Any, rows: QuerySet[BusinessReview]) -> QuerySet[BusinessReview]:
    """Of some reviews, those that a person leads."""
    return led_by_one_of({user.pk}, rows)


def led_by_one_of(owners: Collection[int], rows: QuerySet[BusinessReview]) -> QuerySet[BusinessReview]:
    """Of some reviews, those that people lead: by name, or because the customer is theirs. Each along an index."""
    named = rows.filter(owner__in=owners).order_by().values("id")
    theirs = rows.filter(owner=None, customer__owner__in=owners).order_by().values("id")
    return rows.filter(id__in=named.union(theirs))


def scheduled_until(user: Any, until: datetime) -> QuerySet[BusinessReview]:
    """What a person sees of the reviews that are scheduled up to an instant, the earliest first."""
    scheduled = reviews_seen(user).filter(status=ReviewStatus.SCHEDULED, scheduled_for__lte=until)
    return scheduled.order_by("scheduled_for", "id")


def previous_review(review: BusinessReview) -> BusinessReview | None:
    """The review that was held before this one."""
    held = reviews().filter(customer=review.customer_id, status=ReviewStatus.HELD).exclude(id=review.id)
    return held.filter(held_at__lt=review.held_at or review.scheduled_for).order_by("-held_at").first()


def promises_of(found: list[BusinessReview]) -> dict[int, list[Promise]]:
    """By review: its action items with their tasks, in two statements."""
    items = list(ReviewActionItem.objects.filter(review__in=found).select_related("owner"))
    origins = [f"{ACTION_ORIGIN}{item.id}" for item in items]
    tasks = {task.origin: task for task in Task.objects.filter(origin__in=origins).select_related("owner")}
    promised: dict[int, list[Promise]] = {review.id: [] for review in found}
    for item, origin in zip(items, origins, strict=True):
        promised[item.review_id].append(Promise(item, tasks.get(origin)))
    return promised
