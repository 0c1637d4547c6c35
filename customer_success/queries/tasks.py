"""Which tasks a person sees, and what is known of them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q, QuerySet

from customer_success.models import Task, TaskEntry, TaskState
from lifecycle.models import Customer, Team
from lifecycle.queries import owners_seen
from lifecycle.queries.portfolio import AnyOf, is_of_owners


def tasks_seen(user: Any) -> QuerySet[Task]:
    """A task is seen by its owner, by the members of the team in whose queue it is, by who sees its customer, and by
    who leads one of these.

    Teams and customers are looked up first, so that each of the three ways follows an index.
    """
    found = Task.objects.select_related("customer", "owner", "team")
    owners = owners_seen(user)
    if owners is None:
        return found
    queues = AnyOf(F("team"), ArraySubquery(teams_of(user).values("id")))
    return found.filter(Q(owner__in=owners) | Q(queues, owner=None) | Q(is_of_owners(owners)))


def teams_of(user: Any) -> QuerySet[Team]:
    """The teams whose queues a person works on: as a member, or leading."""
    return Team.objects.filter(Q(members=user) | Q(leads=user)).order_by().distinct()


def open_tasks_of(customer: Customer) -> QuerySet[Task]:
    """What is still to be done for a customer, what is due first first."""
    return Task.objects.filter(customer=customer, state=TaskState.OPEN).select_related("owner", "team")


def closed_tasks_of(customer: Customer) -> QuerySet[Task]:
    """What was done for a customer, the latest first."""
    closed = Task.objects.filter(customer=customer, closed_at__isnull=False).select_related("closed_by")
    return closed.order_by("-closed_at", "-id")


def entries_of(task: Task) -> QuerySet[TaskEntry]:
    """What was done about a task, the latest first."""
    return task.entries.select_related("by").order_by("-id")


def colleagues() -> QuerySet[Any]:
    """Who can be given a task: everybody who works in the back office."""
    return get_user_model().objects.filter(is_active=True, is_staff=True).order_by("username")
