"""History derived anew: what the engine did follows from what was known."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle.engine.collect import collect
from lifecycle.engine.defaults import load_defaults
from lifecycle.engine.evaluate import evaluate_customers, evaluate_next_chunk, finish, plan_everybody
from lifecycle.engine.ingest import ingest
from lifecycle.engine.passes import EvaluationLoop
from lifecycle.engine.publishing import publish
from lifecycle.engine.replay import replay
from lifecycle.engine.review import approve, reject
from lifecycle.engine.rollback import Batch, roll_back
from lifecycle.engine.rules import write_draft
from lifecycle.engine.switches import switch
from lifecycle.engine.transitions import override_tag, pin_customer, release_pin
from lifecycle.models import Customer, Lifecycle, Recommendation, Transition
from tests.factories import UserFactory

from .stage import (
    NOW,
    Undone,
    code_of,
    days_ago,
    event,
    is_at_least,
    lifecycle_with,
    paid,
    published,
    read,
    rule_text,
    tag,
)  # fmt: skip
from .test_backtest import BACK, FIRST, GONE, IDLE, LAST, everything_stored, happenings, history
from .verified import BUYS, RICH, evaluate, live_shop, tell, verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(db: None) -> Lifecycle:
    return live_shop()


@pytest.fixture
def replayed(db: None) -> Lifecycle:
    lifecycle = lifecycle_with("NEW RISK LOST", IDLE, GONE, BACK)
    history(event("ann", "login", days_ago(30)), event("bob", "login", days_ago(20)),
            event("ann", "login", days_ago(12)))  # fmt: skip
    replay(lifecycle=lifecycle, first=FIRST, last=LAST, now=NOW)
    return lifecycle


class TestWhatTheEngineDid:
    def test_follows_where_it_was_replayed(self, replayed: Lifecycle) -> None:
        found = verified(replayed)

        assert (found.doubts, found.open, found.customers) == ((), 0, 2)
        assert found.moves == Transition.objects.count() > 3

    def test_follows_where_one_question_took_the_place_of_another(self) -> None:
        first = {**BUYS, "is_automatic": False}
        lifecycle = lifecycle_with("NEW BUYER VIP", first, {**first, "key": "again", "to": "VIP", "priority": 1,
                                                            "when": is_at_least("order_count", 2)})  # fmt: skip
        history(paid("ann", days_ago(9)), paid("ann", days_ago(5)))
        replay(lifecycle=lifecycle, first=FIRST, last=LAST, now=NOW, asks=True)
        assert [one.rule.key for one in Recommendation.objects.all()] == ["again"]

        assert verified(lifecycle).doubts == ()

    def test_follows_where_it_was_live(self, live: Lifecycle) -> None:
        found = verified(live)

        assert (found.doubts, found.moves) == ((), 4)

    def test_follows_around_what_people_decided(self, live: Lifecycle) -> None:
        mia = UserFactory()
        at = days_ago(0.9)
        ann, bob = (Customer.objects.get(external_id=who) for who in ("ann", "bob"))
        override_tag(customer=ann, to_tag=tag(live, "NEW"), seen_tag=tag(live, "VIP"), by=mia, reason="told us", now=at)
        roll_back(Batch(transition=Transition.objects.filter(customer=bob).latest("id")), by=mia,
                  reason="a mistake", now=at)  # fmt: skip
        pin_customer(customer=ann, lifecycle=live, until=None, reason="waits", by=mia, now=at)
        for hours in (18, 12, 6):
            evaluate(live, NOW - timedelta(hours=hours))

        assert [code_of(who, live) for who in ("ann", "bob")] == ["NEW", "BUYER"]
        assert verified(live).doubts == ()

    def test_follows_a_rule_that_asks(self, live: Lifecycle) -> None:
        mia = UserFactory()
        asking = {
            "from": "NEW",
            "to": "VIP",
            "when": is_at_least("order_count", 1),
            "is_automatic": False,
            "priority": 1,
        }
        draft = write_draft(lifecycle=live, key="rich", text=rule_text(live, **asking))
        publish(rule=draft, by=mia, now=days_ago(0.9))
        tell(paid("cem", days_ago(0.8)), paid("dora", days_ago(0.8)), at=days_ago(0.8))
        for hours in (12, 6):
            evaluate(live, NOW - timedelta(hours=hours))
        asked = list(Recommendation.objects.filter(state="pending").order_by("customer__external_id"))
        approve(recommendation=asked[0], by=mia, now=NOW - timedelta(hours=5))
        reject(recommendation=asked[1], by=mia, note="no", now=NOW - timedelta(hours=5))
        for hours in (4, 3):
            evaluate(live, NOW - timedelta(hours=hours))

        assert [code_of(who, live) for who in ("cem", "dora")] == ["VIP", "BUYER"]
        assert verified(live).doubts == ()

    def test_follows_a_rule_that_was_switched_off(self, live: Lifecycle) -> None:
        switch(
            kind="rule", lifecycle=live, rule_key="buys", is_on=False, reason="odd", by=UserFactory(), now=days_ago(0.9)
        )
        tell(paid("cem", days_ago(0.8)), at=days_ago(0.8))
        for day in (0.5, 0.0):
            evaluate(live, days_ago(day))

        assert code_of("cem", live) == "NEW"
        assert verified(live).doubts == ()

    def test_follows_versions_as_they_were_in_force(self, live: Lifecycle) -> None:
        draft = write_draft(lifecycle=live, key="buys", text=rule_text(
            live, **{"from": "NEW", "to": "BUYER"}, when=is_at_least("order_count", 3), priority=1))  # fmt: skip
        publish(rule=draft, by=None, now=days_ago(0.9))
        tell(paid("cem", days_ago(0.8)), at=days_ago(0.8))
        for day in (0.5, 0.0):
            evaluate(live, days_ago(day))

        assert code_of("cem", live) == "NEW"
        assert verified(live).doubts == ()

    def test_follows_where_history_was_imported_later(self, live: Lifecycle) -> None:
        """Runs before the import did not know of it, though it counts as known when it happened."""
        ingest(batch=read(paid("cem", days_ago(8.5), 10)), source="file", now=days_ago(0.9), is_history=True)
        for day in (0.5, 0.0):
            evaluate(live, days_ago(day))

        assert code_of("cem", live) == "BUYER"
        assert verified(live).doubts == ()

    def test_follows_where_a_rule_was_published_and_a_pin_released_between_ranges(
        self, live: Lifecycle, settings: Any
    ) -> None:
        settings.EVALUATION_CHUNK_SIZE = 1
        mia, at = UserFactory(), days_ago(0.5)
        tell(paid("cem", days_ago(0.8)), paid("dora", days_ago(0.8)), at=days_ago(0.8))
        dora = Customer.objects.get(external_id="dora")
        pin_customer(customer=dora, lifecycle=live, until=None, reason="waits", by=mia, now=days_ago(0.7))
        run = plan_everybody(lifecycle=live, as_of=at, now=at)
        for _ in range(3):
            evaluate_next_chunk(evaluation=run, now=at)
        release_pin(customer=dora, lifecycle=live, by=mia, now=at + timedelta(minutes=2))
        text = rule_text(live, **{"from": "NEW", "to": "BUYER"}, when=is_at_least("order_count", 1), priority=8)
        draft = write_draft(lifecycle=live, key="buys", text=text)
        publish(rule=draft, by=None, now=at + timedelta(minutes=3))
        evaluate_next_chunk(evaluation=run, now=at + timedelta(minutes=5))
        finish(evaluation=run, now=at + timedelta(minutes=5))

        assert [code_of(who, live) for who in ("cem", "dora")] == ["BUYER", "BUYER"]
        assert verified(live).doubts == ()

    def test_leaves_open_what_a_trait_decides(self, live: Lifecycle) -> None:
        gold = {"key": "gold", "from": "NEW", "to": "VIP", "at": days_ago(60), "priority": 1}
        published(live, **gold, when={"metric": "plan", "operator": "==", "value": "gold"})
        Customer.objects.filter(external_id="ann").update(plan="gold")  # after she was moved as a buyer

        found = verified(live)

        assert (found.doubts, found.open) == ((), 1)

    def test_writes_nothing(self, live: Lifecycle) -> None:
        before = everything_stored()

        verified(live)

        assert everything_stored() == before

    def test_a_sample_is_the_same_for_the_same_word(self, live: Lifecycle) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM lifecycle_event WHERE name = 'ORDER_PAID'")

        seeds = ("a", "a", *map(str, range(30)))
        chosen = [[one.name for one in verified(live, sample=1, seed=seed).doubts] for seed in seeds]

        assert chosen[0] == chosen[1]
        assert {tuple(names) for names in chosen} == {("ann",), ("bob",)}

    def test_an_empty_lifecycle_has_nothing_to_doubt(self) -> None:
        assert verified(lifecycle_with("NEW", is_tagged=True)).customers == 0


def test_news_in_flight_is_left_open(live: Lifecycle) -> None:
    """A run that was under way while an event came may or may not have known it."""
    at = days_ago(0.5)
    tell(paid("cem", at), at=at + timedelta(seconds=20))
    evaluate_customers(lifecycle=live, customers=[Customer.objects.get(external_id="cem").id], now=at)

    found = verified(live)

    assert (found.doubts, found.open) == ((), 1)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(events=st.lists(happenings(), min_size=1, max_size=40))
def test_any_replayed_history_follows(events: list[Any]) -> None:
    with suppress(Undone), transaction.atomic():
        load_defaults(now=NOW)
        history(*events)
        collect(now=NOW)
        for code in ("learning", "commerce"):
            lifecycle = Lifecycle.objects.get(code=code)
            with suppress(EvaluationLoop):
                replay(lifecycle=lifecycle, first=FIRST, last=LAST, now=NOW)

            assert verified(lifecycle).doubts == ()
        raise Undone


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    days=st.lists(st.tuples(st.integers(0, 20), st.sampled_from("abc"), st.integers(1, 120)), min_size=1, max_size=15)
)
def test_any_live_history_follows(days: list[tuple[int, str, int]]) -> None:
    with suppress(Undone), transaction.atomic():
        idle = {**IDLE, "from": "NEW BUYER", "to": "IDLE", "at": days_ago(60), "priority": 9}
        lifecycle = lifecycle_with("NEW BUYER VIP IDLE", BUYS, RICH, idle)
        for day in range(20, -1, -1):
            at = days_ago(day)
            bought = [(who, amount) for when, who, amount in days if when == day]
            if bought:
                tell(
                    *(paid(who, at - timedelta(hours=3), amount) for who, amount in bought), at=at - timedelta(hours=2)
                )
            evaluate(lifecycle, at)

        assert verified(lifecycle).doubts == ()
        raise Undone
