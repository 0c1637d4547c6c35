"""Whose customers a person sees: their own, those of the teams they lead, or everybody's.

Every door asks here, so that lists, pages, searches, counts and exports agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, Model, OuterRef, Q, QuerySet

from lifecycle.models import Customer, Rollback

M = TypeVar("M", bound=Model)


class AnyOf(Func):
    """``value = ANY(array)``."""

    template, arg_joiner = "(%(expressions)s)", " = "
    output_field = BooleanField()

    def __init__(self, value: F, array: ArraySubquery) -> None:
        super().__init__(value, Func(array, function="ANY"))


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


def sees_everybody(user: Any) -> bool:
    return owners_seen(user) is None


def in_portfolio(rows: QuerySet[M], user: Any, *, customer: str = "customer") -> QuerySet[M]:
    """The rows whose customer a person sees. ``customer``: the way from a row to it; empty for customers themselves."""
    owners = owners_seen(user)
    return rows if owners is None else of_owners(rows, owners, customer=customer)


def of_owners(rows: QuerySet[M], owners: Collection[int], *, customer: str = "customer") -> QuerySet[M]:
    """The rows whose customers are in the portfolios of some success managers.

    Their customers are looked up first: joined instead, the latest rows of a small portfolio are sought by reading the
    whole table from its end.
    """
    if not customer:
        return rows.filter(owner__in=owners)
    return rows.filter(is_of_owners(owners, customer=customer))


def is_of_owners(owners: Collection[int], *, customer: str = "customer") -> AnyOf:
    """Whether the customer of a row is in one of these portfolios, as a condition among others."""
    theirs = ArraySubquery(Customer.objects.filter(owner__in=owners).order_by().values("id"))
    return AnyOf(F(customer), theirs)


def customers_seen(user: Any) -> QuerySet[Customer]:
    """The customers that a person sees."""
    return in_portfolio(Customer.objects.all(), user, customer="")


def customers_named(user: Any) -> QuerySet[Customer]:
    """The customers whom a page about rules may name to a person; it counts everybody."""
    return customers_seen(user) if user.has_perm("lifecycle.view_customer") else Customer.objects.none()


def told(found: Iterable[Mapping[str, Any]], user: Any) -> list[Mapping[str, Any]]:
    """Of what was stored about customers, each by its id as ``customer``: what a person may be told."""
    found = list(found)
    ids = customers_named(user).filter(id__in=[one["customer"] for one in found]).values_list("id", flat=True)
    known = set(ids)
    return [one for one in found if one["customer"] in known]


def rollbacks_seen(rows: QuerySet[Rollback], user: Any) -> QuerySet[Rollback]:
    """Those of whole runs and rules, which name nobody, and those of single moves of customers that a person sees."""
    owners = owners_seen(user)
    if owners is None:
        return rows
    theirs = Q(transition__customer__owner__in=owners) | Q(undoes__transition__customer__owner__in=owners)
    return rows.filter(theirs | Q(transition=None, undoes__transition=None))


def may_take_back(batch: Any, user: Any) -> bool:
    """Whether all customers of a batch of moves are a person's: a run and a rule move everybody's."""
    undone = batch.undoes
    move = batch.transition or (undone and undone.transition)
    return sees_everybody(user) or bool(move and customers_seen(user).filter(id=move.customer_id).exists())


def owners_to_choose(user: Any) -> QuerySet[Any]:
    """The success managers that have customers, as far as a person sees these."""
    people = get_user_model().objects.filter(Exists(Customer.objects.filter(owner=OuterRef("pk"))))
    owners = owners_seen(user)
    return (people if owners is None else people.filter(id__in=owners)).order_by("username")


def led_by(user: Any) -> QuerySet[Any]:
    """The members of the teams that a person leads."""
    return get_user_model().objects.filter(teams__leads=user)


def _owners(user: Any) -> frozenset[int]:
    if user.is_anonymous:  # the schema is written for nobody
        return frozenset()
    return frozenset(led_by(user).values_list("id", flat=True)) | {user.id}
