"""Rules tried on stored history: the rules in force do what they did, others differ, and nothing live is touched."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle.engine.collect import collect
from lifecycle.engine.defaults import load_defaults
from lifecycle.engine.ingest import ingest
from lifecycle.engine.passes import EvaluationLoop
from lifecycle.engine.replay import replay, summary
from lifecycle.engine.rules import RuleText
from lifecycle.engine.simulate import backtest
from lifecycle.engine.transitions import override_tag
from lifecycle.models import Customer, Lifecycle, ReviewPolicy
from lifecycle.queries import current_tag
from tests.factories import UserFactory

from .stage import NOW, Tree, Undone, days_ago, event, is_at_least, lifecycle_with, paid, read, send, tag

pytestmark = pytest.mark.django_db
FIRST, LAST = days_ago(45).date(), days_ago(1).date()
IDLE = {"key": "idle", "from": "NEW", "to": "RISK", "when": is_at_least("days_since_login", 5)}
GONE = {"key": "gone", "from": "RISK", "to": "LOST", "when": is_at_least("days_since_login", 15)}
BACK = {"key": "back", "from": "RISK", "to": "NEW", "when": {"metric": "days_since_login", "operator": "<", "value": 5}}
NAMES = ("login", "lesson_completed", "module_completed", "assessment_completed", "forum_post", "ORDER_PAID",
         "ADD_TO_CART", "enrolled")  # fmt: skip


def text(lifecycle: Lifecycle, rule: Tree) -> RuleText:
    return RuleText(
        name=rule["key"], from_tags=(tag(lifecycle, rule["from"]),), to_tag=tag(lifecycle, rule["to"]),
        conditions=rule["when"], priority=1,
    )  # fmt: skip


def history(*events: Tree) -> None:
    """Events that were known when they happened."""
    ingest(batch=read(*events), source="shop", now=NOW, is_history=True)


@pytest.fixture
def made() -> Lifecycle:
    lifecycle = lifecycle_with("NEW RISK LOST", IDLE, GONE, BACK)
    for code, category in (("RISK", "risk"), ("LOST", "churned")):
        lifecycle.tags.filter(code=code).update(category=category)
    return lifecycle


def everything_stored() -> str:
    """A digest of every row of every table, but those that only the run of the test itself writes."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        for table in tables:
            cursor.execute(
                f"SELECT COALESCE(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '') FROM \"{table}\" AS t"
            )
            digest.update(f"{table} {cursor.fetchone()[0]}".encode())
    return digest.hexdigest()


@st.composite
def happenings(draw: st.DrawFn) -> Tree:
    name = draw(st.sampled_from(NAMES))
    known: dict[str, Any] = {
        "ORDER_PAID": {"amount": draw(st.sampled_from([20, 300]))},
        "assessment_completed": {"score": draw(st.sampled_from([40, 75, 95]))},
        "module_completed": {"week": draw(st.sampled_from([1, 2]))},
    }
    at = days_ago(draw(st.integers(2, 48)) + draw(st.sampled_from([0.0, 0.3])))
    return event(draw(st.sampled_from(["ann", "bob", "cem"])), name, at, **known.get(name, {}))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(events=st.lists(happenings(), min_size=3, max_size=40), code=st.sampled_from(["learning", "commerce"]),
       started=st.sampled_from([0, 17]))  # fmt: skip
def test_the_rules_in_force_do_again_what_they_did(events: list[Tree], code: str, started: int) -> None:
    with suppress(Undone), transaction.atomic():
        load_defaults(now=NOW)
        lifecycle = Lifecycle.objects.get(code=code)
        history(*events)
        replay(lifecycle=lifecycle, first=FIRST - timedelta(days=5), last=LAST, now=NOW)
        first = FIRST + timedelta(days=started)

        found = backtest(lifecycle=lifecycle, tried=[], first=first, last=LAST, now=NOW, asks=False)

        happened = summary(lifecycle=lifecycle, first=first, last=LAST)
        assert found.before == found.after
        assert found.after.moves == happened.transitions
        assert found.after.states == happened.states
        raise Undone


def test_a_stricter_rule_differs_and_says_in_whom(made: Lifecycle) -> None:
    history(
        event("ann", "login", days_ago(40)), event("bob", "login", days_ago(12)), event("cem", "login", days_ago(1))
    )
    replay(lifecycle=made, first=FIRST, last=LAST, now=NOW)
    stricter = ("idle", text(made, {**IDLE, "when": is_at_least("days_since_login", 20)}))

    found = backtest(lifecycle=made, tried=[stricter], first=FIRST, last=LAST, now=NOW)

    assert found.before.moves == {"NEW>RISK": 2, "RISK>LOST": 1}
    assert found.after.moves == {"NEW>RISK": 1, "RISK>LOST": 1}
    assert found.different == 1
    (bob,) = found.examples
    assert (bob.name, bob.before, bob.after) == ("bob", "RISK", "NEW")


def test_a_backtest_touches_no_live_row(made: Lifecycle) -> None:
    load_defaults(now=NOW)
    history(*(event("ann", "login", days_ago(day)) for day in (40, 30, 3)), paid("ann", days_ago(20), 700))
    learning = Lifecycle.objects.get(code="learning")
    collect(now=NOW)
    for lifecycle in (made, learning):
        replay(lifecycle=lifecycle, first=FIRST, last=LAST, now=NOW)
    before = everything_stored()

    for lifecycle in (made, learning):
        backtest(lifecycle=lifecycle, tried=[], first=FIRST, last=LAST, now=NOW)

    assert everything_stored() == before


def test_an_event_counts_from_when_it_was_known(made: Lifecycle) -> None:
    history(event("ann", "login", days_ago(40)))
    send(event("ann", "login", days_ago(36)), now=days_ago(33))  # told three days late

    found = backtest(lifecycle=made, tried=[], first=days_ago(39).date(), last=days_ago(32).date(), now=NOW)

    # By the end of day 35 nothing of the second login was known.
    assert found.after.moves_a_day == {str(days_ago(35).date()): 1, str(days_ago(33).date()): 1}


def test_moves_of_people_are_made_as_they_were(made: Lifecycle) -> None:
    history(event("ann", "login", days_ago(4)))
    replay(lifecycle=made, first=FIRST, last=days_ago(3).date(), now=NOW)
    ann = Customer.objects.get(external_id="ann")
    override_tag(
        customer=ann, to_tag=tag(made, "LOST"), seen_tag=current_tag(ann, made), reason="Left", now=days_ago(2),
        by=UserFactory(username="mia"),
    )  # fmt: skip

    found = backtest(lifecycle=made, tried=[], first=FIRST, last=LAST, now=NOW)

    assert found.after.moves == {"NEW>LOST": 1}


def test_says_what_would_wait_and_who_would_come_back_and_forth(made: Lifecycle) -> None:
    history(*(event("ann", "login", days_ago(day)) for day in (40, 33, 26)))
    patient = ("idle", text(made, {**IDLE, "when": is_at_least("days_since_login", 12)}))

    found = backtest(lifecycle=made, tried=[patient], first=FIRST, last=LAST, now=NOW)

    assert (found.before.returns, found.before.flapping, found.after.returns) == (4, 1, 0)
    ReviewPolicy.objects.create(lifecycle=made, auto_apply_confidence=1)
    waiting = backtest(lifecycle=made, tried=[patient], first=FIRST, last=LAST, now=NOW)
    assert waiting.after.moves == {}
    assert sum(waiting.after.asked_a_week.values()) == 1


def test_a_risk_rule_is_measured_against_those_who_really_churned(made: Lifecycle) -> None:
    history(
        event("ann", "login", days_ago(44)),  # at risk on day 39, lost on day 29
        *(event("bob", "login", days_ago(day)) for day in (44, 37, 30, 23, 16, 9, 1)),  # at risk again and again
    )
    replay(lifecycle=made, first=FIRST, last=LAST, now=NOW)

    found = backtest(lifecycle=made, tried=[], first=FIRST, last=LAST, now=NOW)

    (idle,) = found.foretold_after
    assert (idle.key, idle.flagged, idle.came_true, idle.churned, idle.foretold) == ("idle", 2, 1, 1, 1)
    assert (idle.precision, idle.recall, idle.lead_days) == (1.0, 1.0, 10.0)  # bob's ninety days are not over


def test_rules_that_lead_in_a_circle_are_named_and_nothing_is_left_behind(made: Lifecycle) -> None:
    history(event("ann", "login", days_ago(9)))
    restless = ("idle", text(made, {**IDLE, "when": is_at_least("days_since_login", 2)}))

    with pytest.raises(EvaluationLoop, match="lead in a circle"), transaction.atomic():
        backtest(lifecycle=made, tried=[restless], first=FIRST, last=LAST, now=NOW)

    assert backtest(lifecycle=made, tried=[], first=FIRST, last=LAST, now=NOW).different == 0


def test_what_cannot_be_tried_is_refused(made: Lifecycle) -> None:
    wrong = replace(text(made, IDLE), conditions={"all": []})
    for days, rules in (
        ((LAST, FIRST), []),
        ((FIRST, NOW.date() + timedelta(days=1)), []),
        ((FIRST, LAST), [("x", wrong)]),
    ):
        with pytest.raises(ValueError, match=r"days, not|has not ended|is empty"):
            backtest(lifecycle=made, tried=rules, first=days[0], last=days[1], now=NOW)
