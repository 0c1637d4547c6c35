"""The commerce lifecycle in plain Python, a customer and a day at a time: what the product has to agree with."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple


class Purchase(NamedTuple):
    customer: str
    on: date
    amount: Decimal


class Move(NamedTuple):
    customer: str
    on: date
    before: str
    after: str


IDLE_LIMIT = {"CUSTOMER": 60, "REPEAT": 60, "VIP": 90}


def replay(purchases: list[Purchase], first: date, last: date) -> tuple[dict[str, str], list[Move]]:
    """State by customer at the end of ``last``, and every move. One order is all that one customer buys on a day."""
    by_customer: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for purchase in purchases:
        by_customer[purchase.customer][purchase.on] += purchase.amount
    states, moves = {}, []
    for customer, orders in by_customer.items():
        if min(orders) > last:
            continue
        state, entered = "VISITOR", date.min
        day = first
        while day <= last:
            while (after := next_state(state, entered, orders, day)) is not None:
                moves.append(Move(customer, day, state, after))
                state, entered = after, day
            day += timedelta(days=1)
        states[customer] = state
    return states, moves


def next_state(state: str, entered: date, orders: dict[date, Decimal], today: date) -> str | None:
    past = [day for day in orders if day <= today]
    if not past:
        return None
    spend, idle = sum(orders[day] for day in past), (today - max(past)).days
    ordered_since = max(past) > entered
    if state in ("VISITOR", "LEAD"):
        return "CUSTOMER"
    if state == "CUSTOMER" and len(past) >= 2:
        return "REPEAT"
    if state in ("CUSTOMER", "REPEAT") and spend > 500:
        return "VIP"
    if state in ("AT_RISK", "REACTIVATED") and ordered_since:
        return "VIP" if spend > 500 else "REPEAT"
    if state == "CHURNED":
        return "REACTIVATED" if ordered_since else None
    if idle >= 180:
        return "CHURNED"
    if state in IDLE_LIMIT and idle >= IDLE_LIMIT[state]:
        return "AT_RISK"
    return None
