"""Real orders: revenue retention of wholesale customers and the monthly totals of CDNOW, as the files have them."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from analytics.queries import revenue as asked
from analytics.queries.revenue import Looked
from analytics.rules.revenue import Basis, Movement, Unit
from lifecycle.models import Customer, Order

from .revenue_world import analyzed, at, movements, retention, starts

pytestmark = pytest.mark.django_db

WHOLESALE = settings.BASE_DIR / "customer_success/data/online_retail/orders.csv.gz"
CDNOW = settings.BASE_DIR / "lifecycle/data/cdnow/purchases.csv"
Row = tuple[str, datetime, Decimal]


def store(rows: Iterable[Row]) -> dict[str, int]:
    rows = list(rows)
    now = datetime.now(UTC)
    made = Customer.objects.bulk_create(
        Customer(external_id=name, created_at=now, updated_at=now) for name in {row[0] for row in rows}
    )
    ids = {one.external_id: one.id for one in made}
    Order.objects.bulk_create(
        Order(customer_id=ids[name], reference=f"{number}", ordered_at=when, amount=amount)
        for number, (name, when, amount) in enumerate(rows)
    )
    analyzed()
    return ids


def wholesale() -> list[Row]:
    with gzip.open(WHOLESALE, "rt", newline="") as file:
        return [
            (row["customer"], at(row["ordered_at"].replace("T", " ")), Decimal(row["amount"]))
            for row in csv.DictReader(file)
        ]


def sums(rows: Iterable[Row]) -> dict[Any, dict[date, Decimal]]:
    found: dict[Any, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for name, when, amount in rows:
        found[name][when.date().replace(day=1)] += amount
    return found


def test_wholesale_revenue_retention_is_that_of_the_file():
    rows = wholesale()
    store(rows)
    amounts = sums(rows)
    first = {name: min(each) for name, each in amounts.items()}

    told = asked.revenue(Looked(Basis.ORDERS, Unit.MONTH, None, at("2011-12-10"))).rows

    assert [one.period for one in told] == starts(date(2010, 12, 1), date(2011, 11, 1), "month")
    before = date(2010, 11, 1)
    for one in told:
        moved = movements(amounts, first, one.period, before)
        assert (one.grr, one.nrr, one.logo_churn) == retention(moved)
        assert {name: (len(each), sum(now - was for _, was, now in each)) for name, each in moved.items()} == {
            str(name): (each.customers, each.change) for name, each in one.moved.items()
        }
        assert one.end == sum(each[one.period] for each in amounts.values())
        assert one.difference == 0
        before = one.period


def test_wholesale_customers_behind_a_month_are_those_of_the_file():
    rows = wholesale()
    ids = store(rows)
    amounts = sums(rows)
    first = {name: min(each) for name, each in amounts.items()}
    looked = Looked(Basis.ORDERS, Unit.MONTH, None, at("2011-12-10"))
    expected = movements(amounts, first, date(2011, 11, 1), date(2011, 10, 1))

    for movement in Movement:
        told = asked.moved_customers(looked, looked.last, movement=movement, split=None, part=None, most=None).rows
        assert {(row.customer_id, row.before, row.after) for row in told} == {
            (ids[name], was, now) for name, was, now in expected.get(movement, [])
        }


def test_cdnow_s_monthly_totals_are_those_of_the_file():
    call_command("import_orders", str(CDNOW), stdout=StringIO())
    analyzed()
    with CDNOW.open() as file:
        lines = list(csv.DictReader(file))
    paid: dict[date, Decimal] = defaultdict(Decimal)
    buyers: dict[date, set[str]] = defaultdict(set)
    for line in lines:
        month = date.fromisoformat(line["date"]).replace(day=1)
        paid[month] += Decimal(line["amount"])
        if Decimal(line["amount"]) > 0:
            buyers[month].add(line["customer_id"])

    told = {}
    for now in ("1998-01-01", "1998-07-01"):
        told |= {one.period: one for one in asked.revenue(Looked(Basis.ORDERS, Unit.MONTH, None, at(now))).rows}

    assert (len(lines), Customer.objects.count(), len(told)) == (6_919, 2_357, 18)
    assert {month: (one.end, one.customers) for month, one in told.items()} == {
        month: (paid[month], len(buyers[month])) for month in paid
    }
    assert all(one.difference == 0 for one in told.values())
