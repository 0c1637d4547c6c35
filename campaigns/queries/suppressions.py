"""What is asked of the suppression list."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower

from campaigns.models import Suppression
from lifecycle.queries import customers_seen, sees_everybody

from .contact import of_addresses


def suppressions_seen(rows: QuerySet[Suppression], user: Any) -> QuerySet[Suppression]:
    """Who has a portfolio sees the addresses in it."""
    if sees_everybody(user):
        return rows
    theirs = customers_seen(user).filter(email__isnull=False).order_by().values(found=Lower("email"))
    return rows.alias(found=Lower("address")).filter(found__in=theirs)


def may_suppress(address: str, user: Any) -> bool:
    """Whether all customers with an address are a person's, and there is one; or the person sees everybody."""
    if sees_everybody(user):
        return True
    same = of_addresses([address])
    return same.exists() and not same.exclude(pk__in=customers_seen(user).order_by().values("pk")).exists()
