"""Whose customers a person sees: their own, those of the teams they lead, or everybody's.

Every door asks here, so that lists, pages, searches, counts and exports agree.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.db.models import Model, Q, QuerySet

from lifecycle.models import Customer

M = TypeVar("M", bound=Model)

EVERYBODY = "lifecycle.view_every_customer"
_KEPT = "_owners_seen"


def owners_seen(user: Any) -> frozenset[int] | None:
    """Ids of the success managers whose customers a person sees; ``None``: everybody's, and nobody's too.

    Read once a user object, which lives as long as a request.
    """
    if not hasattr(user, _KEPT):
        setattr(user, _KEPT, None if user.has_perm(EVERYBODY) else _owners(user))
    kept: frozenset[int] | None = getattr(user, _KEPT)
    return kept


def in_portfolio(rows: QuerySet[M], user: Any, *, customer: str = "customer") -> QuerySet[M]:
    """The rows whose customer a person sees. ``customer``: the way from a row to it; empty for customers themselves."""
    owners = owners_seen(user)
    if owners is None:
        return rows
    return rows.filter(**{f"{customer}__owner__in" if customer else "owner__in": owners})


def customers_seen(user: Any) -> QuerySet[Customer]:
    """The customers that a person sees."""
    return in_portfolio(Customer.objects.all(), user, customer="")


def _owners(user: Any) -> frozenset[int]:
    led = get_user_model().objects.filter(Q(teams__leads=user)).values_list("id", flat=True)
    return frozenset(led) | {user.id}
