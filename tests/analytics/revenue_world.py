"""Customers with contracts and orders, and what became of their revenue by loops over plain rows."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection

from customer_success.models import Account
from lifecycle.models import Customer, Lifecycle, Order, Transition
from tests.factories import (
    AccountFactory,
    CustomerStatusFactory,
    LifecycleFactory,
    OrderFactory,
    StatusTagFactory,
    TransitionFactory,
)

MONTHS = {"month": 1, "quarter": 3, "year": 12}
CENT = Decimal("0.01")


def at(text: str) -> datetime:
    """``2026-01-31`` or ``2026-01-31 23:59:59.999999``, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def buys(customer: Customer, **orders: int) -> None:
    """``d2026_01_31=40``."""
    for name, amount in orders.items():
        OrderFactory(customer=customer, ordered_at=at(name[1:].replace("_", "-")), amount=amount)


def contract(*, since: str, revenue: int | None, customer: Customer | None = None, **values: Any) -> Account:
    opened = at(since)
    more = {"customer": customer} if customer else {}
    account: Account = AccountFactory(opened_at=opened, updated_at=opened, annual_revenue=revenue, **values, **more)
    return account


def changed(account: Account, when: str, **values: Any) -> None:
    for name, value in {**values, "updated_at": at(when)}.items():
        setattr(account, name, value)
    account.save()


class Accounts:
    """The lifecycle of accounts."""

    def __init__(self) -> None:
        lifecycle: Lifecycle = LifecycleFactory(code="account")
        self.lifecycle = lifecycle
        self.tags = {
            code: StatusTagFactory(lifecycle=lifecycle, code=code, category=code.lower())
            for code in ("ACTIVE", "CHURNED")
        }

    def moves(self, customer: Customer, *moves: tuple[str, str]) -> None:
        """Pairs of a day and a tag."""
        before = None
        for day, code in moves:
            tag = self.tags[code]
            TransitionFactory(
                lifecycle=self.lifecycle, customer=customer, from_tag=before, to_tag=tag, applied_at=at(day)
            )
            before = tag
        entered = at(moves[-1][0])
        CustomerStatusFactory(customer=customer, lifecycle=self.lifecycle, tag=before, entered_at=entered)


def next_start(day: date, unit: str) -> date:
    for _ in range(MONTHS[unit]):
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day


def starts(first: date, last: date, unit: str) -> list[date]:
    found = [first]
    while found[-1] < last:
        found.append(next_start(found[-1], unit))
    return found


def by_orders(customer: Customer, start: date, unit: str) -> Decimal:
    end = next_start(start, unit)
    paid = sum(
        (o.amount for o in Order.objects.filter(customer=customer) if start <= o.ordered_at.date() < end), Decimal(0)
    )
    return max(paid, Decimal(0))


def by_contracts(customer: Customer, start: date, unit: str) -> Decimal:
    """A twelfth of what stood in the contract in the last microsecond, if it was in force on that day."""
    end = next_start(start, unit)
    moment = datetime(end.year, end.month, 1, tzinfo=UTC) - timedelta(microseconds=1)
    version = None
    for one in Account.pgh_event_model.objects.filter(customer_id=customer.id).order_by("pgh_id"):
        if (one.pgh_created_at if one.pgh_label == "delete" else one.updated_at) <= moment:
            version = None if one.pgh_label == "delete" else one
    if version is None or version.annual_revenue is None or _is_closed(customer, moment):
        return Decimal(0)
    begins, ends = version.contract_start_date or date.min, version.contract_end_date or date.max
    if not begins <= moment.date() <= ends:
        return Decimal(0)
    return (version.annual_revenue / 12).quantize(CENT, ROUND_HALF_UP)


def _is_closed(customer: Customer, moment: datetime) -> bool:
    tag = None
    for move in Transition.objects.filter(customer=customer, lifecycle__code="account").order_by("applied_at", "id"):
        if move.applied_at <= moment:
            tag = move.to_tag.code if move.to_tag else None
    return tag == "CHURNED"


def movements(
    amounts: dict[Any, dict[date, Decimal]], known_before: dict[Any, date | None], period: date, before: date
) -> dict[str, list[tuple[Any, Decimal, Decimal]]]:
    """Who moved how. ``known_before``: when each first brought revenue."""
    found: dict[str, list[tuple[Any, Decimal, Decimal]]] = defaultdict(list)
    for customer, each in amounts.items():
        was, is_now = each.get(before, Decimal(0)), each.get(period, Decimal(0))
        if was == is_now == 0:
            continue
        first = known_before[customer]
        if was == 0:
            name = "reactivation" if first and first < period else "new"
        elif is_now == 0:
            name = "churn"
        else:
            name = "expansion" if is_now > was else "contraction" if is_now < was else "unchanged"
        found[name].append((customer, was, is_now))
    return found


def retention(moved: dict[str, list[tuple[Any, Decimal, Decimal]]]) -> tuple[Any, Any, Any]:
    """GRR, NRR, logo churn, each from the customers that were there before, one by one."""
    before = [(was, now) for name, each in moved.items() if name not in {"new", "reactivation"} for _, was, now in each]
    start = sum(was for was, _ in before)
    if not before:
        return None, None, None
    gross = sum(min(was, now) for was, now in before) / start
    net = sum(now for _, now in before) / start
    gone = Decimal(sum(1 for _, now in before if now == 0)) / len(before)
    return gross, net, gone


def analyzed() -> None:
    """The planner knows how much there is, as it soon does where a database runs; it may take it for a handful."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
