"""Portfolios: customers given to success managers, by hand or by free capacity."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from customer_success import queries
from customer_success.models import (
    AdvocacyActivity,
    BusinessReview,
    Handover,
    PlanMilestone,
    ReviewStatus,
    SuccessPlan,
    SuccessPlanStatus,
    Task,
)
from customer_success.rules import advocacy, plans
from lifecycle.models import Customer
from lifecycle.queries import in_portfolio, sees_everybody

from .tasks import hand_over_tasks

MAX_NOTE = 500
CHANGED = "Accounts or portfolios have changed meanwhile; look at the new proposal."
_TASKS_OF_THE_OWNER = Q(owner=F("customer__owner")) | Q(owner=None, team=None, customer__owner=None)
_PLANS_OVER = (SuccessPlanStatus.COMPLETED, SuccessPlanStatus.CANCELLED)
_ADVOCACY_OPEN = [status for status, following in advocacy.NEXT.items() if following]


class AssignmentRefused(ValueError):
    """Nobody was given anything; the message says why."""


@transaction.atomic
def assign(*, customers: Collection[int], to: Any, note: str, by: Any, now: datetime) -> int:
    """Give customers to a success manager; returns how many were somebody else's before.

    1. Lock the customers, in their order. All of them, and the manager, have to be of those whom ``by`` sees.
    2. Give the new one the open tasks that were the old one's, and those that were nobody's.
    3. Give the new one what else the old one had of them and is not over: plans, milestones, reviews, advocacy.
    4. Change the owner, and write down who had them.

    As many statements, whatever the number. Raises ``AssignmentRefused``.
    """
    note = _checked(note)
    if not queries.managers(by).filter(pk=to.pk).exists():
        raise AssignmentRefused(f"You cannot give customers to {to}.")
    seen = in_portfolio(Customer.objects.filter(id__in=customers), by, customer="").order_by("id")
    owners = dict(seen.select_for_update(no_key=True, of=("self",)).values_list("id", "owner_id"))
    if len(owners) < len(set(customers)):
        raise AssignmentRefused("Some of these customers are not in your portfolio; nobody was handed over.")
    moved = [customer for customer, owner in owners.items() if owner != to.pk]
    tasks = Task.objects.filter(_TASKS_OF_THE_OWNER, customer__in=moved)
    hand_over_tasks(tasks=tasks, to=to, note=note, by=by, now=now)
    _hand_over_work(moved, to, now)
    Customer.objects.filter(id__in=moved).update(owner=to)
    Handover.objects.bulk_create(
        Handover(customer_id=one, from_owner_id=owners[one], to_owner=to, note=note, by=by, at=now) for one in moved
    )
    return len(moved)


def _hand_over_work(customers: Collection[int], to: Any, now: datetime) -> None:
    """While the customers still have their old owner. A plan is touched before its milestones: that holds its row, and
    a form that somebody has open is told."""
    of_the_owner = Q(customer__in=customers, owner=F("customer__owner"))
    live = SuccessPlan.objects.exclude(status__in=_PLANS_OVER)
    milestones = PlanMilestone.objects.filter(
        plan__in=live.filter(customer__in=customers), status__in=plans.OPEN, owner=F("plan__customer__owner")
    )
    live.filter(id__in=milestones.values("plan")).update(updated_at=now)
    milestones.update(owner=to)
    for theirs in (
        live,
        BusinessReview.objects.filter(status__in=(ReviewStatus.SCHEDULED, ReviewStatus.MISSED)),
        AdvocacyActivity.objects.filter(status__in=_ADVOCACY_OPEN),
    ):
        theirs.filter(of_the_owner).update(owner=to, updated_at=now)


@transaction.atomic
def balance(*, among: Collection[int], expected: str, note: str, by: Any, now: datetime) -> int:
    """Give unassigned accounts to managers by free capacity, as proposed; returns how many.

    ``expected``: the fingerprint of the proposal that the person saw. Raises ``AssignmentRefused``.
    """
    if not sees_everybody(by):
        raise AssignmentRefused("Only those who see everybody's customers may give out the unassigned ones.")
    proposal = queries.proposal(queries.capacity_of(by), among)
    if not proposal.accounts:
        raise AssignmentRefused("There is no account to give out, or nobody to take it.")
    if proposal.fingerprint != expected:
        raise AssignmentRefused(CHANGED)
    _lock_unassigned([account for accounts in proposal.accounts.values() for account in accounts])
    people = queries.managers(by).in_bulk(list(proposal.accounts))
    return sum(
        assign(customers=accounts, to=people[manager], note=note, by=by, now=now)
        for manager, accounts in proposal.accounts.items()
    )


def _lock_unassigned(accounts: Collection[int]) -> None:
    waiting = Customer.objects.filter(id__in=accounts, owner=None).order_by("id").select_for_update(no_key=True)
    if len(waiting) < len(accounts):
        raise AssignmentRefused(CHANGED)


def _checked(note: str) -> str:
    note = note.strip()
    if not note or len(note) > MAX_NOTE or "\x00" in note:
        raise AssignmentRefused(f"A note of 1 to {MAX_NOTE} characters is needed; the next manager reads it.")
    return note
