"""The values that a message may read: plain ones, by name, of a batch of customers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model

from lifecycle.metrics.catalogue import CATALOGUE, METRICS
from lifecycle.models import Customer, CustomerStatus
from lifecycle.queries.at import rows_at
from lifecycle.rules.traits import PRODUCT_TAGS, TIERS
from lifecycle.sql.metrics import value_of

# What there is in each group; of the groups without a list, whatever the customer brings along.
NAMES: Mapping[str, tuple[str, ...] | None] = {
    "customer": ("name", "first_name", "email", "id", "plan", "product", "tier", "today"),
    "owner": ("name", "first_name", "email"),
    "tag": ("code", "name"),
    "metrics": tuple(metric.name for metric in METRICS),
    "traits": None,
    "event": None,
}
LINKS = ("unsubscribe_url", "preferences_url")
LONGEST, DEEPEST, MOST = 2_000, 3, 100
Values = dict[str, Any]
Names = Collection[tuple[str, str]]  # such as ("customer", "name")


def placeholders(customers: Sequence[Customer], *, lifecycle: str, read: Names, now: datetime) -> dict[int, Values]:
    """By customer: ``customer``, ``owner``, ``tag``, ``metrics``, ``traits``.

    ``read``: the values that are asked for; only for these something is looked up, in two statements at most.
    """
    roots = {root for root, _ in read}
    metrics = sorted(name for root, name in read if root == "metrics" and name in CATALOGUE)
    owners = _owners(customers) if "owner" in roots else {}
    standing = _standing([one.pk for one in customers], lifecycle, metrics, now) if roots & {"tag", "metrics"} else {}
    return {
        one.pk: {
            "customer": _customer(one, now),
            "owner": owners.get(one.owner_id, {}),
            "traits": plain(one.traits),
            **standing.get(one.pk, {"tag": {}, "metrics": {}}),
        }
        for one in customers
    }


def plain(value: Any, depth: int = DEEPEST) -> Any:
    """What JSON brought, bounded: long texts are cut, and what lies too deep is left out."""
    match value:
        case str():
            return value[:LONGEST]
        case dict() if depth:
            return {str(name): plain(one, depth - 1) for name, one in list(value.items())[:MOST]}
        case list() if depth:
            return [plain(one, depth - 1) for one in value[:MOST]]
        case bool() | int() | float():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case date():
            return value.isoformat()
    return None


def _customer(customer: Customer, now: datetime) -> Values:
    name = (customer.name or "").strip()
    told = customer.traits.get("first_name")
    return {
        "name": name,
        "first_name": told if isinstance(told, str) and told.strip() else _first_name(name),
        "email": customer.email,
        "id": customer.external_id,
        "plan": customer.plan,
        "product": PRODUCT_TAGS.get(customer.product_tag or ""),
        "tier": TIERS.get(customer.tier or ""),
        "today": now.astimezone(ZoneInfo(customer.timezone)).date().isoformat(),
    }


def _first_name(name: str) -> str:
    """The first word, where it can be one: not “Lee” of “Lee, Ann”, and no number."""
    word = name.partition(" ")[0]
    return word if word.replace("-", "").replace("'", "").replace("’", "").isalpha() else ""


def _owners(customers: Sequence[Customer]) -> dict[int | None, Values]:
    found = get_user_model()._default_manager.filter(pk__in={one.owner_id for one in customers if one.owner_id})
    return {
        one.pk: {"name": one.get_full_name(), "first_name": one.first_name, "email": one.email}
        for one in found.only("first_name", "last_name", "email")
    }


def _standing(customers: Collection[int], lifecycle: str, metrics: Sequence[str], now: datetime) -> dict[int, Values]:
    """The tag in a lifecycle, and values of metrics at an instant; one statement."""
    values = {f"m{index}": value_of(CATALOGUE[name]) for index, name in enumerate(metrics)}
    rows = CustomerStatus.objects.filter(customer__in=customers, lifecycle__code=lifecycle).order_by()
    found = rows.annotate(**values).values_list("customer_id", "tag__code", "tag__name", *values)
    return {
        customer: {"tag": {"code": code, "name": name}, "metrics": dict(zip(metrics, map(plain, row), strict=True))}
        for customer, code, name, *row in rows_at(found, now, "{}")
    }
