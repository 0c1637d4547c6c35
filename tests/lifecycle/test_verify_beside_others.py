"""A proof beside people and workers who go on: it sees what was there when it began."""

from __future__ import annotations

from typing import Any

import pytest

from lifecycle.engine import verify
from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.transitions import override_tag
from lifecycle.models import Customer, Transition
from lifecycle.sql import verify as sql
from tests.factories import UserFactory

from .stage import NOW, at_once, days_ago, event, is_at_least, lifecycle_with, paid, send, tag

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_move_meanwhile_is_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    buys = {"key": "buys", "from": "NEW", "to": "BUYER", "when": is_at_least("order_count", 1), "at": days_ago(60)}
    lifecycle = lifecycle_with("NEW BUYER VIP", buys)
    send(paid("ann", days_ago(2)), event("bob", "login", days_ago(2)), now=days_ago(2))
    evaluate_everybody(lifecycle=lifecycle, as_of=days_ago(1), now=days_ago(1))
    mia, made = UserFactory(), []

    def move() -> Transition:
        bob, vip = Customer.objects.get(external_id="bob"), tag(lifecycle, "VIP")
        return override_tag(customer=bob, to_tag=vip, seen_tag=tag(lifecycle, "NEW"), reason="told us", by=mia, now=NOW)

    def rows(statement: str, **params: Any) -> list[Any]:
        if statement is sql.BROKEN and not made:  # between two looks of the proof
            made.extend(at_once(move))
        return all_rows(statement, **params)

    all_rows = verify.rows
    monkeypatch.setattr(verify, "rows", rows)

    found = verify.verify_history(lifecycle=lifecycle, now=NOW)

    assert [type(one) for one in made] == [Transition]
    assert (found.moves, found.doubts) == (1, ())
