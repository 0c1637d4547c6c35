"""What publishing a draft would change: exactly what then changes, and who."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.publishing import publish
from lifecycle.engine.rules import RuleText, write_draft
from lifecycle.models import Customer, Lifecycle, TransitionRule
from lifecycle.queries import impact
from tests.api.conftest import READS, person, speaking_for

from .stage import NOW, Undone, code_of, days_ago, event, is_at_least, lifecycle_with, paid, send, tag

pytestmark = pytest.mark.django_db
BUYS = {"key": "buys", "from": "NEW", "to": "BUYER", "when": is_at_least("order_count", 1), "priority": 10}
RICH = {"key": "rich", "from": "NEW", "to": "VIP", "when": is_at_least("total_spend", 100), "priority": 5}


def draft(lifecycle: Lifecycle, key: str, to: str, conditions: Any, priority: int = 10) -> TransitionRule:
    text = RuleText(
        name=key,
        to_tag=tag(lifecycle, to),
        from_tags=(tag(lifecycle, "NEW"),),
        conditions=conditions,
        priority=priority,
    )
    return write_draft(lifecycle=lifecycle, key=key, text=text)


@pytest.fixture
def lifecycle(db: None) -> Lifecycle:
    lifecycle = lifecycle_with("NEW BUYER VIP", BUYS, RICH)
    send(paid("ann", days_ago(1), 20), paid("bob", days_ago(1), 500), event("cem", "login", days_ago(1)))
    return lifecycle


def told(rule: TransitionRule) -> list[tuple[Any, ...]]:
    found = impact(rule, as_of=NOW, named=Customer.objects.all())
    codes = [[tag and tag.code for tag in (one.start, one.before, one.after)] for one in found.changes]
    return [(*code, one.customers, one.examples) for code, one in zip(codes, found.changes, strict=True)]


def test_who_would_move_and_who_no_longer(lifecycle: Lifecycle) -> None:
    everybody = draft(lifecycle, "active", "BUYER", is_at_least("login_count", 1), priority=20)
    stricter = draft(lifecycle, "buys", "BUYER", is_at_least("order_count", 2))

    assert told(everybody) == [("NEW", None, "BUYER", 1, ("cem",))]
    assert told(stricter) == [("NEW", "BUYER", None, 1, ("ann",))]


def test_who_would_go_elsewhere(lifecycle: Lifecycle) -> None:
    generous = draft(lifecycle, "first", "VIP", is_at_least("order_count", 1), priority=1)

    assert told(generous) == [("NEW", "BUYER", "VIP", 1, ("ann",))]
    found = impact(generous, as_of=NOW, named=Customer.objects.all())
    assert (found.looked_at, found.would_move, found.no_longer, found.elsewhere) == (3, 0, 0, 1)


def test_nobody(lifecycle: Lifecycle) -> None:
    assert told(draft(lifecycle, "never", "VIP", is_at_least("total_spend", 10**6))) == []


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    spends=st.lists(st.sampled_from([0, 20, 60, 500]), min_size=1, max_size=6),
    wanted=st.sampled_from([("order_count", 1), ("order_count", 2), ("total_spend", 50), ("login_count", 1)]),
    key=st.sampled_from(["buys", "rich", "other"]), to=st.sampled_from(["BUYER", "VIP"]),
    priority=st.sampled_from([1, 7, 30]),
)  # fmt: skip
def test_what_it_says_is_what_happens(
    spends: list[int], wanted: tuple[str, int], key: str, to: str, priority: int
) -> None:
    with suppress(Undone), transaction.atomic():
        lifecycle = lifecycle_with("NEW BUYER VIP", BUYS, RICH)
        names = [f"c{number}" for number in range(len(spends))]
        send(*(event(name, "login", days_ago(9)) for name in names))
        send(*(paid(name, days_ago(1), spend) for name, spend in zip(names, spends, strict=True) if spend))
        rule = draft(lifecycle, key, to, is_at_least(*wanted), priority=priority)
        found = told(rule)
        ends: list[list[str | None]] = []
        for is_published in (False, True):
            with suppress(Undone), transaction.atomic():
                if is_published:
                    publish(rule=rule, by=None, now=NOW)
                evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)
                ends.append([code_of(name, lifecycle) for name in names])
                raise Undone

        changed = [(old, new) for old, new in zip(*ends, strict=True) if old != new]
        said = [(before or "NEW", after or "NEW") for _, before, after, count, _ in found for _ in range(count)]
        assert sorted(said) == sorted((str(old), str(new)) for old, new in changed)
        raise Undone


def test_the_api_says_the_same_of_drafts_only(lifecycle: Lifecycle) -> None:
    rule = draft(lifecycle, "buys", "BUYER", is_at_least("order_count", 2))
    reader = speaking_for(person("rolf", *READS))

    answer = reader.get(f"/api/rules/{rule.id}/impact").json()

    assert (answer["looked_at"], answer["no_longer"]) == (3, 1)
    assert answer["changes"] == [
        {"start": "NEW", "before": "BUYER", "after": None, "customers": 1, "examples": ["ann"]}
    ]  # fmt: skip
    published = lifecycle.rules.get(key="rich")
    assert reader.get(f"/api/rules/{published.id}/impact").status_code == 409
