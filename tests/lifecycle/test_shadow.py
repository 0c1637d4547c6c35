"""A rule in shadow: decided by beside those in force, moves nobody, and says what publishing it would have changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lifecycle.engine.evaluate import evaluate_changed, evaluate_everybody
from lifecycle.engine.publishing import publish, put_in_shadow, retire
from lifecycle.engine.rules import RuleNotEditable, write_draft
from lifecycle.engine.switches import switch
from lifecycle.engine.transitions import pin_customer, release_pin
from lifecycle.models import Customer, DirtyMark, Lifecycle, NextCheck, RuleState, ShadowDecision, TransitionRule
from lifecycle.queries import shadow_of
from tests.api.conftest import READS, person, speaking_for
from tests.factories import UserFactory

from .stage import NOW, code_of, days_ago, event, is_at_least, lifecycle_with, paid, path, rule_text, send, status_of

pytestmark = pytest.mark.django_db
BUYS = {"key": "buys", "from": "NEW", "to": "BUYER", "when": is_at_least("order_count", 1), "priority": 10}


@pytest.fixture
def lifecycle(db: None) -> Lifecycle:
    lifecycle = lifecycle_with("NEW BUYER VIP LOST", BUYS)
    send(paid("ann", days_ago(1), 20), paid("bob", days_ago(1), 500), event("cem", "login", days_ago(20)))
    return lifecycle


def in_shadow(lifecycle: Lifecycle, **rule: Any) -> TransitionRule:
    key = rule.pop("key")
    draft = write_draft(lifecycle=lifecycle, key=key, text=rule_text(lifecycle, **{"from": "NEW", **rule}))
    return put_in_shadow(rule=draft, now=NOW)


def told(rule: TransitionRule) -> list[tuple[Any, ...]]:
    found = shadow_of(rule, named=Customer.objects.all())
    codes = [[tag and tag.code for tag in (one.start, one.before, one.after)] for one in found.changes]
    return [(*code, *one.examples, one.came_later) for code, one in zip(codes, found.changes, strict=True)]


def test_moves_nobody_and_says_whom_it_would_move(lifecycle: Lifecycle) -> None:
    rule = in_shadow(lifecycle, key="rich", to="VIP", when=is_at_least("total_spend", 100), priority=5)

    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

    assert [code_of(who, lifecycle) for who in ("ann", "bob", "cem")] == ["BUYER", "BUYER", "NEW"]
    assert told(rule) == [("NEW", "BUYER", "VIP", "bob", 0)]
    assert shadow_of(rule, named=Customer.objects.all()).would_move == 1


def test_says_whom_the_version_in_force_moves_and_it_would_not(lifecycle: Lifecycle) -> None:
    rule = in_shadow(lifecycle, key="buys", to="BUYER", when=is_at_least("total_spend", 100), priority=10)

    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

    assert told(rule) == [("NEW", "BUYER", None, "ann", 0)]
    found = shadow_of(rule, named=Customer.objects.all())
    assert (found.same, found.no_longer) == (1, 1)


def test_a_rule_that_comes_first_leaves_it_nothing(lifecycle: Lifecycle) -> None:
    rule = in_shadow(lifecycle, key="late", to="VIP", when=is_at_least("order_count", 1), priority=11)

    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

    assert not ShadowDecision.objects.filter(rule=rule).exists()


def test_is_recorded_once_a_stay_and_says_who_went_there_later(lifecycle: Lifecycle) -> None:
    rule = in_shadow(lifecycle, key="eager", to="BUYER", when=is_at_least("login_count", 1), priority=5)

    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW + timedelta(hours=1), now=NOW)
    assert told(rule) == [("NEW", None, "BUYER", "cem", 0)]

    send(paid("cem", NOW + timedelta(hours=1)), now=NOW + timedelta(hours=2))
    evaluate_changed(lifecycle=lifecycle, as_of=NOW + timedelta(hours=2), now=NOW)
    assert told(rule) == [("NEW", None, "BUYER", "cem", 1)]
    assert path(lifecycle, "cem") == ["NEW>BUYER"]


def test_time_alone_brings_it_about(lifecycle: Lifecycle) -> None:
    """The next check heeds the rule in shadow, so that a routine run looks on the day it begins to hold."""
    rule = in_shadow(lifecycle, key="idle", to="LOST", when=is_at_least("days_since_login", 30), priority=5)
    evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW)
    assert told(rule) == []
    due = NextCheck.objects.get(status=status_of("cem", lifecycle)).at
    assert due is not None

    later = due + timedelta(seconds=1)
    evaluate_changed(lifecycle=lifecycle, as_of=later, now=later)

    assert told(rule) == [("NEW", None, "LOST", "cem", 0)]
    assert ShadowDecision.objects.get().decided_at == later


def test_each_rule_in_shadow_is_looked_at_as_if_alone(lifecycle: Lifecycle) -> None:
    first = in_shadow(lifecycle, key="rich", to="VIP", when=is_at_least("total_spend", 100), priority=5)
    second = in_shadow(lifecycle, key="rich-too", to="LOST", when=is_at_least("total_spend", 100), priority=6)

    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

    assert told(first) == [("NEW", "BUYER", "VIP", "bob", 0)]
    assert told(second) == [("NEW", "BUYER", "LOST", "bob", 0)]


class TestSteps:
    def test_concerns_those_it_starts_from(self, lifecycle: Lifecycle) -> None:
        evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW)
        assert not DirtyMark.objects.exists()

        in_shadow(lifecycle, key="idle", to="LOST", when=is_at_least("login_count", 1))

        assert DirtyMark.objects.count() == 1  # cem, who is still there

    def test_a_pin_begins_no_new_stay(self, lifecycle: Lifecycle) -> None:
        rule = in_shadow(lifecycle, key="seen", to="VIP", when=is_at_least("login_count", 1), priority=5)
        cem, mia = Customer.objects.get(external_id="cem"), UserFactory()
        for _ in range(3):
            evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)
            pin_customer(customer=cem, lifecycle=lifecycle, until=None, reason="waits", by=mia, now=NOW)
            release_pin(customer=cem, lifecycle=lifecycle, by=mia, now=NOW)

        assert shadow_of(rule, named=Customer.objects.all()).would_move == 1

    def test_switched_on_again_it_is_looked_at_again(self, lifecycle: Lifecycle) -> None:
        rule = in_shadow(lifecycle, key="seen", to="VIP", when=is_at_least("login_count", 1), priority=5)
        mia = UserFactory()
        for is_on in (False, True):
            switch(kind="rule", lifecycle=lifecycle, rule_key="seen", is_on=is_on, reason="odd", by=mia, now=NOW)
            evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW)

        assert shadow_of(rule, named=Customer.objects.all()).would_move == 1

    def test_is_published_from_there(self, lifecycle: Lifecycle) -> None:
        rule = in_shadow(lifecycle, key="rich", to="VIP", when=is_at_least("total_spend", 100), priority=5)

        publish(rule=rule, by=None, now=NOW)
        evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

        assert code_of("bob", lifecycle) == "VIP"

    def test_a_later_draft_takes_its_place(self, lifecycle: Lifecycle) -> None:
        first = in_shadow(lifecycle, key="rich", to="VIP", when=is_at_least("total_spend", 100))
        second = in_shadow(lifecycle, key="rich", to="VIP", when=is_at_least("total_spend", 200))

        first.refresh_from_db()
        assert (first.state, second.state, second.version) == (RuleState.RETIRED, RuleState.SHADOW, 2)

    def test_is_not_changed_there(self, lifecycle: Lifecycle) -> None:
        rule = in_shadow(lifecycle, key="rich", to="VIP", when=is_at_least("total_spend", 100))

        with pytest.raises(RuleNotEditable, match="is in shadow"):
            put_in_shadow(rule=rule, now=NOW)
        again = write_draft(lifecycle=lifecycle, key="rich", text=rule_text(
            lifecycle, **{"from": "NEW"}, to="VIP", when=is_at_least("total_spend", 300)))  # fmt: skip

        assert again.version == 2

    def test_records_no_more_once_retired(self, lifecycle: Lifecycle) -> None:
        rule = in_shadow(lifecycle, key="rich", to="VIP", when=is_at_least("total_spend", 100), priority=5)

        retire(rule=rule, now=NOW)
        evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

        assert told(rule) == []


class TestTheApi:
    def test_goes_into_shadow_and_says_what_came_of_it(self, lifecycle: Lifecycle) -> None:
        draft = write_draft(lifecycle=lifecycle, key="rich", text=rule_text(
            lifecycle, **{"from": "NEW"}, to="VIP", when=is_at_least("total_spend", 100), priority=5))  # fmt: skip
        writer = speaking_for(person("mia", *READS, "change_transitionrule"))
        address = f"/api/rules/{draft.id}/shadow"

        assert writer.get(address).status_code == 409
        assert writer.post(address).json()["state"] == "shadow"
        evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

        told = writer.get(address).json()
        assert told["moves_a_day"] == {str(NOW.date()): 1}
        assert [(one["before"], one["after"], one["examples"]) for one in told["changes"]] == [
            ("BUYER", "VIP", ["bob"])
        ]
        assert writer.post(address).status_code == 409
