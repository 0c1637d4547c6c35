"""Eighteen months of real purchases: every state, move and date as the plain-Python oracle has it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from lifecycle.engine.defaults import load_defaults
from lifecycle.models import CustomerStatus, Evaluation, Lifecycle, Order, OutboxMessage, Transition

from .commerce_oracle import Move, Purchase, replay
from .processes import kill, manage, until
from .stage import what_is_known

SAMPLE = settings.BASE_DIR / "lifecycle/data/cdnow/purchases.csv"
FIRST, LAST = date(1997, 1, 1), date(1998, 6, 30)


def purchases(file: Path) -> list[Purchase]:
    with file.open() as lines:
        return [
            Purchase(row["customer_id"], date.fromisoformat(row["date"]), Decimal(row["amount"]))
            for row in csv.DictReader(lines)
        ]


def imported(file: Path) -> Lifecycle:
    load_defaults(now=timezone.now())
    call_command("import_orders", str(file), stdout=StringIO())
    return Lifecycle.objects.get(code="commerce")


def replayed() -> dict[str, Any]:
    answer = StringIO()
    call_command("replay", "commerce", "--from", f"{FIRST}", "--to", f"{LAST}", "--format", "json", stdout=answer)
    found: dict[str, Any] = json.loads(answer.getvalue())
    return found


def moves() -> list[Move]:
    found = Transition.objects.order_by("id").values_list(
        "customer__external_id", "applied_at", "from_tag__code", "to_tag__code"
    )
    return [Move(customer, at.date(), before, after) for customer, at, before, after in found]


def states() -> dict[str, str]:
    commerce = CustomerStatus.objects.filter(lifecycle__code="commerce")
    return dict(commerce.values_list("customer__external_id", "tag__code"))


@pytest.fixture(scope="module")
def oracle() -> tuple[dict[str, str], list[Move]]:
    return replay(purchases(SAMPLE), FIRST, LAST)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_whole_sample_moves_as_the_oracle_says(oracle: tuple[dict[str, str], list[Move]]) -> None:
    imported(SAMPLE)
    known = what_is_known()
    oracle_states, oracle_moves = oracle

    result = replayed()

    assert states() == oracle_states
    assert sorted(moves()) == sorted(oracle_moves)
    assert in_order(moves()) == in_order(oracle_moves)
    assert what_is_known() == known
    assert not OutboxMessage.objects.exists()  # what is long past asks nobody to do anything
    assert result == {
        "lifecycle": "commerce",
        "from": "1997-01-01",
        "to": "1998-06-30",
        "customers": len(oracle_states),
        "states": dict(Counter(oracle_states.values())),
        "transitions": dict(Counter(f"{move.before}>{move.after}" for move in oracle_moves)),
    }

    again = replayed()

    assert again == result
    assert Transition.objects.count() == len(oracle_moves)
    assert states() == oracle_states


def nobody_replays() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.slow
def test_a_replay_that_was_killed_goes_on_to_the_same_end(child_environment: dict[str, str], tmp_path: Path) -> None:
    part = tmp_path / "part.csv"
    part.write_text("\n".join(SAMPLE.read_text().splitlines()[:1_500]))
    lifecycle = imported(part)
    known = what_is_known()
    oracle_states, oracle_moves = replay(purchases(part), FIRST, LAST)

    for fraction in (5, 2):
        process = manage("replay", "commerce", "--from", f"{FIRST}", "--to", f"{LAST}", environment=child_environment)
        enough = len(oracle_moves) // fraction
        until(partial(has_more_moves_than, enough), process)
        kill(process)
        until(nobody_replays)  # the server needs a moment to notice that it is gone
    kept = Transition.objects.count()
    replayed()

    assert 0 < kept < len(oracle_moves)
    assert states() == oracle_states
    assert in_order(moves()) == in_order(oracle_moves)
    assert not OutboxMessage.objects.exists()
    assert what_is_known() == known
    assert not Evaluation.objects.filter(lifecycle=lifecycle, finished_at=None).exists()


@pytest.mark.django_db
def test_purchases_of_one_day_are_one_order(tmp_path: Path) -> None:
    part = tmp_path / "part.csv"
    part.write_text("\n".join(SAMPLE.read_text().splitlines()[:500]))

    imported(part)

    days = Counter((purchase.customer, purchase.on) for purchase in purchases(part))
    assert max(days.values()) > 1
    assert Order.objects.count() == len(days)


def in_order(found: list[Move]) -> dict[str, list[Move]]:
    by_customer: dict[str, list[Move]] = {}
    for move in found:
        by_customer.setdefault(move.customer, []).append(move)
    return by_customer


def has_more_moves_than(number: int) -> bool:
    return Transition.objects.count() > number
