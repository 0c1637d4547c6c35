"""What the tests of the ground floor say again and again: send events, set up a lifecycle, look at what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from itertools import count
from time import sleep
from typing import Any

import msgspec
from django.db import connection, connections

from lifecycle.engine.defaults import enroll_everybody
from lifecycle.engine.ingest import Stored, ingest
from lifecycle.engine.intake import Batch, read_batch
from lifecycle.engine.publishing import publish
from lifecycle.engine.rules import RuleText, write_draft
from lifecycle.models import (
    Customer,
    CustomerFacts,
    CustomerStatus,
    Lifecycle,
    NextCheck,
    Order,
    StatusTag,
    Transition,
    TransitionRule,
)
from tests.factories import LifecycleFactory, StatusTagFactory

# Noon of yesterday: whole days lie on both sides of it, and the commands' own clock is past it.
NOW = datetime.combine(datetime.now(UTC).date() - timedelta(days=1), time(12), tzinfo=UTC)
Tree = dict[str, Any]
_numbers = count(1)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def is_at_least(metric: str, value: object) -> Tree:
    return {"metric": metric, "operator": ">=", "value": value}


def event(customer: str, name: str, at: datetime = NOW, /, *, message_id: str = "", **properties: Any) -> Tree:
    return {
        "message_id": message_id or f"m{next(_numbers)}",
        "customer_id": customer,
        "name": name,
        "occurred_at": at.isoformat(),
        "properties": properties,
    }


def paid(customer: str, at: datetime = NOW, /, amount: float = 10, **more: Any) -> Tree:
    return event(customer, "ORDER_PAID", at, amount=amount, **more)


def read(*events: Tree, now: datetime = NOW) -> Batch:
    return read_batch(msgspec.json.encode(events), now=now)


def send(*events: Tree, source: str = "shop", now: datetime = NOW) -> Stored:
    """Take events in as a door does; all of them have to be acceptable."""
    batch = read(*events, now=now)
    assert not batch.rejected
    return ingest(batch=batch, source=source, now=now)


def lifecycle_with(tags: str, *rules: Tree, is_tagged: bool = True) -> Lifecycle:
    """A lifecycle with tags such as "NEW OLD", the first one initial, and published rules in order of priority.

    A rule: from, to (codes; from "" is untagged), when, and anything else that ``RuleText`` takes.
    """
    lifecycle: Lifecycle = LifecycleFactory()
    for position, code in enumerate(tags.split()):
        StatusTagFactory(lifecycle=lifecycle, code=code, position=position, is_initial=is_tagged and position == 0)
    enroll_everybody(lifecycle=lifecycle)
    for priority, rule in enumerate(rules, start=1):
        published(lifecycle, **{"priority": priority, **rule})
    return lifecycle


def published(lifecycle: Lifecycle, *, key: str = "", at: datetime = NOW, **rule: Any) -> TransitionRule:
    draft = write_draft(lifecycle=lifecycle, key=key or f"rule-{next(_numbers)}", text=rule_text(lifecycle, **rule))
    return publish(rule=draft, by=None, now=at)


def rule_text(lifecycle: Lifecycle, **rule: Any) -> RuleText:
    codes = rule.pop("from").split()
    tags = {tag.code: tag for tag in lifecycle.tags.all()}
    to, when = rule.pop("to"), rule.pop("when")
    return RuleText(
        **{"name": f"{' '.join(codes)} to {to}", **rule},
        from_tags=tuple(tags[code] for code in codes),
        from_untagged=not codes,
        to_tag=tags[to],
        conditions=when,
    )


def tag(lifecycle: Lifecycle, code: str) -> StatusTag:
    return lifecycle.tags.get(code=code)


def status_of(customer: str, lifecycle: Lifecycle) -> CustomerStatus:
    return CustomerStatus.objects.select_related("tag").get(customer__external_id=customer, lifecycle=lifecycle)


def code_of(customer: str, lifecycle: Lifecycle) -> str | None:
    status = status_of(customer, lifecycle)
    return status.tag.code if status.tag else None


def moves(lifecycle: Lifecycle, customer: str = "") -> list[tuple[str, str | None, str, datetime]]:
    """The moves of a lifecycle, or of one customer in it: customer, from, to, instant; in each customer's order."""
    found = Transition.objects.filter(lifecycle=lifecycle)
    if customer:
        found = found.filter(customer__external_id=customer)
    values = found.values_list("customer__external_id", "from_tag__code", "to_tag__code", "applied_at")
    return list(values.order_by("customer__external_id", "id"))


def path(lifecycle: Lifecycle, customer: str) -> list[str]:
    """A customer's moves in words, such as NEW>OLD."""
    return [f"{before}>{after}" for _, before, after, _ in moves(lifecycle, customer)]


def state_of(lifecycle: Lifecycle) -> list[tuple[Any, ...]]:
    """All that an evaluation may change of the customers: tag, entry, what was seen, version, next check."""
    checks = NextCheck.objects.filter(lifecycle=lifecycle).select_related("status")
    columns = ("customer__external_id", "tag__code", "entered_at", "seen_until", "version")
    return list(checks.values_list(*(f"status__{column}" for column in columns), "at").order_by("status__customer"))


def what_is_known() -> list[Any]:
    """Facts, orders and traits of all customers, by what names them outside."""
    facts = [field.attname for field in CustomerFacts._meta.fields if field.name != "customer"]
    traits = ("email", "name", "plan", "product_tag", "tier", "timezone", "traits")
    return [
        list(Customer.objects.order_by("external_id").values_list("external_id", *traits)),
        list(CustomerFacts.objects.order_by("customer__external_id").values_list("customer__external_id", *facts)),
        list(
            Order.objects.order_by("customer__external_id", "reference").values_list(
                "customer__external_id", "reference", "ordered_at", "amount"
            )
        ),
    ]


class Undone(Exception):
    """Leaves a block whose changes shall not stay."""


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run calls in threads with connections of their own; a call's result, or the exception it raised."""

    def outcome(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:  # it is what the test looks at
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(outcome, calls))


def until_somebody_waits(seconds: int = 5) -> None:
    """Go on once another connection waits for a lock."""
    for _ in range(100 * seconds):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        sleep(0.01)
    raise AssertionError("nobody came to wait")


def customers(*external_ids: str) -> Iterable[int]:
    return Customer.objects.filter(external_id__in=external_ids).values_list("id", flat=True)
