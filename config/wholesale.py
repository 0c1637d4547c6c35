"""Wholesale customers for the demo, their orders moved to end this week: see customer_success/data/online_retail."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.conf import settings

from lifecycle.engine.ingest import ingest
from lifecycle.engine.intake import MAX_BATCH, SentEvent, check_batch

FOLDER = settings.BASE_DIR / "customer_success/data/online_retail"
SOURCE = "online retail"
LAST = date(2011, 12, 9)
PLAN = "Wholesale"


def import_wholesale(now: datetime) -> int:
    """Store who the customers are and what they ordered; returns how many events were new."""
    events = list(_events(now))
    batches = (events[start : start + MAX_BATCH] for start in range(0, len(events), MAX_BATCH))
    return sum(
        ingest(batch=check_batch(batch, now=now), source=SOURCE, now=now, is_history=True).stored for batch in batches
    )


def answers() -> dict[str, int]:
    """Whether each customer would recommend the shop, 0 to 10, by external id."""
    return {_customer(row): int(row["nps"]) for row in _customers()}


def shift(now: datetime) -> timedelta:
    """Whole weeks, so that days of the week stay."""
    return timedelta(weeks=(now.date() - timedelta(days=1) - LAST).days // 7)


def _events(now: datetime) -> Iterator[SentEvent]:
    later = shift(now)
    first: dict[str, datetime] = {}
    with gzip.open(FOLDER / "orders.csv.gz", "rt", newline="") as file:
        orders = list(csv.DictReader(file))
    for row in orders:
        at = datetime.fromisoformat(row["ordered_at"]).replace(tzinfo=UTC) + later
        first.setdefault(_customer(row), at)
        order = f"{_customer(row)} {row['ordered_at']}"
        paid = {"amount": float(row["amount"]), "order_id": order, "lines": int(row["lines"])}
        yield SentEvent(order, _customer(row), "ORDER_PAID", at, paid)
    for row in _customers():
        who = {"name": f"{row['customer']}, {row['country']}", "plan": PLAN, "country": row["country"]}
        yield SentEvent(f"{_customer(row)} identify", _customer(row), "identify", first[_customer(row)], who)


def _customers() -> list[dict[str, str]]:
    with (FOLDER / "customers.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _customer(row: dict[str, str]) -> str:
    return f"retail-{row['customer']}"
