"""Accounts for lists and pages: customers with what is known of their account, their health and their status."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from customer_success.models import CustomerStatus, SuccessProfile
from customer_success.rules import profile as rules
from lifecycle.models import Customer, StatusTag
from lifecycle.models import CustomerStatus as Standing
from lifecycle.queries import in_portfolio, sees_everybody

LIFECYCLE = "account"


def with_status(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Read along what ``status_of`` needs; one statement, whatever the number of customers."""
    standings = Standing.objects.filter(lifecycle__code=LIFECYCLE).select_related("tag")
    return customers.prefetch_related(Prefetch("statuses", standings, to_attr="as_account"))


def accounts() -> QuerySet[Customer]:
    """The customers that are accounts."""
    found = Customer.objects.filter(account__isnull=False)
    return with_status(found.select_related("account__profile", "health", "owner"))


def status_of(customer: Customer) -> StatusTag | None:
    """The tag of a customer of ``accounts()`` in the lifecycle of accounts."""
    standings: list[Standing] = cast("Any", customer).as_account
    return standings[0].tag if standings else None


def status_now(customer: Customer) -> StatusTag | None:
    """The same of any customer, looked up."""
    found = Standing.objects.filter(customer=customer, lifecycle__code=LIFECYCLE).select_related("tag").first()
    return found.tag if found else None


def in_status(customers: QuerySet[Customer], code: str) -> QuerySet[Customer]:
    return customers.filter(statuses__lifecycle__code=LIFECYCLE, statuses__tag__code=code)


def closed(customer: str) -> Exists:
    """Whether the account of a row is closed, so that nobody works on it. ``customer``: the row's way to its id."""
    churned = Standing.objects.filter(lifecycle__code=LIFECYCLE, tag__code=CustomerStatus.CHURNED)
    return Exists(churned.filter(customer=OuterRef(customer)))


def taken_by_others(external_id: str, user: Any) -> bool:
    """Whether there is a customer with this id whom a person does not see."""
    known = Customer.objects.filter(external_id=external_id)
    return known.exists() and not in_portfolio(known, user, customer="").exists()


def owner_unless_named(external_id: str, user: Any) -> Any:
    """Who gets the account that ``user`` opens and names nobody for: ``None``, whoever has the customer, or nobody."""
    if sees_everybody(user) or Customer.objects.filter(external_id=external_id, owner__isnull=False).exists():
        return None
    return user


def goal_attainment(profile: SuccessProfile) -> Any:
    """In percent: what somebody told, or else what the value metrics come to."""
    if profile.goal_attainment is not None:
        return profile.goal_attainment
    goals = profile.value_metrics.all()
    return rules.goal_attainment(rules.Goal(one.baseline, one.target, one.current) for one in goals)


def profiles() -> QuerySet[SuccessProfile]:
    """Profiles with their value metrics and stakeholders."""
    return SuccessProfile.objects.prefetch_related("value_metrics", "stakeholders")
