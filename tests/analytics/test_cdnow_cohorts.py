"""Eighteen months of real purchases: cohorts and retention as the file has them."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, date, datetime, time
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from analytics.queries.cohorts import Asking, Basis, retention
from lifecycle.engine.defaults import enroll_everybody, load_defaults
from lifecycle.models import Customer, Lifecycle

from .revenue_world import analyzed

SAMPLE = settings.BASE_DIR / "lifecycle/data/cdnow/purchases.csv"
END = datetime.combine(date(1998, 6, 30), time.max, UTC)
LAST = 1998 * 12 + 5


def months_of_the_file() -> dict[str, set[int]]:
    """By customer, the months with a purchase."""
    found: dict[str, set[int]] = defaultdict(set)
    with SAMPLE.open() as lines:
        for row in csv.DictReader(lines):
            on = date.fromisoformat(row["date"])
            found[row["customer_id"]].add(on.year * 12 + on.month - 1)
    return found


@pytest.mark.slow
@pytest.mark.django_db
def test_who_buys_again_is_as_the_file_says() -> None:
    load_defaults(now=END)
    call_command("import_orders", str(SAMPLE), stdout=StringIO())
    commerce = Lifecycle.objects.get(code="commerce")
    enroll_everybody(lifecycle=commerce)
    analyzed()
    bought = months_of_the_file()
    cohorts: dict[int, list[set[int]]] = defaultdict(list)
    for months in bought.values():
        cohorts[min(months)].append(months)

    as_of, rows = retention(Asking(commerce, None, END, months=24), Basis.ORDERS)

    assert as_of == END
    assert Customer.objects.count() == len(bought) == 2_357
    assert [(row.cohort.value, row.customers) for row in rows] == [("1997-01", 781), ("1997-02", 857), ("1997-03", 719)]
    for row, (first, members) in zip(rows, sorted(cohorts.items()), strict=True):
        assert [(one.customers, one.classic, one.rolling) for one in row.months] == [
            (
                len(members),
                sum(month in months for months in members),
                sum(any(one >= month for one in months) for months in members),
            )
            for month in range(first, LAST + 1)
        ]
    assert [len(row.months) for row in rows] == [18, 17, 16]
