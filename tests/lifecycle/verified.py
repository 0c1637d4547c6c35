"""A shop whose history is derived anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.verify import Verified, verify_history
from lifecycle.models import Lifecycle

from .stage import NOW, days_ago, event, is_at_least, lifecycle_with, paid, path, send

BUYS = {
    "key": "buys",
    "from": "NEW",
    "to": "BUYER",
    "when": is_at_least("order_count", 1),
    "at": days_ago(60),
    "priority": 8,
}
RICH = {
    "key": "rich",
    "from": "NEW BUYER",
    "to": "VIP",
    "when": is_at_least("total_spend", 100),
    "at": days_ago(60),
    "priority": 9,
}


def verified(lifecycle: Lifecycle, **how: Any) -> Verified:
    return verify_history(lifecycle=lifecycle, now=NOW, **how)


def tell(*events: Any, at: datetime) -> None:
    """Events from a source of their own, which therefore is never missed."""
    send(*events, source=f"source {at}", now=at)


def evaluate(lifecycle: Lifecycle, at: datetime) -> None:
    evaluate_everybody(lifecycle=lifecycle, as_of=at, now=at)


def live_shop() -> Lifecycle:
    """A shop that is evaluated each noon, and whose customers' tags follow."""
    lifecycle = lifecycle_with("NEW BUYER VIP", BUYS, RICH)
    tell(paid("ann", days_ago(9.5), 20), event("bob", "login", days_ago(9.5)), at=days_ago(9.5))
    for day in range(9, 0, -1):
        if day == 5:
            tell(paid("ann", days_ago(5.5), 200), paid("bob", days_ago(5.5), 500), at=days_ago(5.5))
        evaluate(lifecycle, days_ago(day))
    assert [path(lifecycle, who) for who in ("ann", "bob")] == [["NEW>BUYER", "BUYER>VIP"], ["NEW>BUYER", "BUYER>VIP"]]
    return lifecycle
