"""What the gate says of one message: the table of all reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from campaigns.definition.parts import Window
from campaigns.models import SkipReason
from campaigns.rules.gate import Cap, Go, Message, Never, Policy, Standing, Wait, decide, may_hear

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
MESSAGE = Message("email", "ann@example.com", latest=NOW + timedelta(hours=48))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def said(*, policy=None, standing=None, now=NOW, **message):
    return decide(replace(MESSAGE, **message), Standing(**(standing or {})), Policy(**(policy or {})), now)


def test_a_message_that_nothing_speaks_against_goes():
    assert said() == Go()


@pytest.mark.parametrize(
    ("case", "reason", "spares_transactional"),
    [
        ({"standing": {"campaign": "off"}}, "ended", False),
        ({"standing": {"is_inside": False}}, "ended", False),
        ({"latest": NOW - HOUR}, "late", False),
        ({"recipient": ""}, "no_address", False),
        ({"policy": {"allowed": frozenset({"bob@example.com", "@example.org"})}}, "not_allowed", False),
        ({"standing": {"is_suppressed": True}}, "suppressed", False),
        ({"standing": {"word_on_all": False}}, "no_consent", True),
        ({"standing": {"word_on_all": False, "word_on_topic": True}}, "no_consent", True),
        ({"standing": {"word_on_topic": False}}, "no_consent", True),
        ({"standing": {"asks_first": True}}, "no_consent", True),
        ({"standing": {"asks_first": True, "word_on_all": True}}, "no_consent", True),
        ({"standing": {"asks_first": None}}, "no_consent", True),
        ({"policy": {"caps": (Cap(1, 1, drops=True),)}, "standing": {"sent": [("email", NOW - HOUR)]}}, "capped", True),
    ],
)
def test_a_message_is_never_sent(case, reason, spares_transactional):
    assert reason in SkipReason.values
    assert said(**case) == Never(reason)
    assert said(**case, is_marketing=False) == (Go() if spares_transactional else Never(reason))


@pytest.mark.parametrize(
    ("case", "until", "reason"),
    [
        ({"standing": {"campaign": "paused"}}, None, "The campaign is paused."),
        ({"policy": {"off": frozenset({""})}}, None, "switched_off"),
        ({"policy": {"off": frozenset({"email"})}}, None, "switched_off"),
        ({"policy": {"quiet": (time(11), time(13))}}, at(4, 13), "quiet_hours"),
        ({"policy": {"quiet": (time(21), time(8))}, "standing": {"zone": "Asia/Tokyo"}}, at(4, 23), "quiet_hours"),
        ({"policy": {"caps": (Cap(1, 1),)}, "standing": {"sent": [("email", at(4, 9))]}}, at(5, 9), "capped"),
        (
            {"policy": {"caps": (Cap(1, 1, is_calendar=True),)}, "standing": {"sent": [("in_app", at(4, 9))]}},
            at(5, 0), "capped",
        ),
        (
            {"policy": {"caps": (Cap(1, 1), Cap(1, 3))}, "standing": {"sent": [("email", at(4, 9))]}},
            at(7, 9), "capped",
        ),
        (
            {
                "policy": {"caps": (Cap(2, 1),), "quiet": (time(21), time(8))},
                "standing": {"sent": [("email", at(4, 5)), ("email", at(4, 6)), ("email", at(1, 6))]},
            },
            at(5, 8), "capped",
        ),
        (
            {
                "policy": {"caps": (Cap(1, 1),)}, "standing": {"sent": [("email", at(4, 9))]},
                "window": Window(starts="10:00", ends="18:00", weekdays=(3, 5)),
            },
            at(6, 10), "capped",
        ),
        ({"window": Window(starts="13:00", ends="14:00")}, at(4, 13), "Outside of the hours of this step."),
    ],
)  # fmt: skip
def test_a_message_waits_until_the_first_instant_that_suits(case, until, reason):
    verdict = said(**case)

    assert isinstance(verdict, Wait)
    assert verdict.reason == reason
    assert verdict.is_planned is (until is not None)
    assert verdict.until == (until or NOW + timedelta(minutes=1))
    if until:  # and then it goes
        again = {name: value for name, value in case.items() if name not in {"policy", "standing"}}
        assert said(**again, now=until, latest=until, policy=case.get("policy"), standing=case.get("standing")) == Go()


@pytest.mark.parametrize(
    "case",
    [
        {"policy": {"off": frozenset({"webhook"})}},
        {"policy": {"allowed": frozenset({"@example.com"})}},
        {"policy": {"allowed": frozenset({"ann@example.com"})}, "recipient": "Ann@Example.com"},
        {"standing": {"asks_first": True, "word_on_topic": True}},
        {"policy": {"caps": (Cap(1, 1),)}, "standing": {"sent": [("email", NOW - DAY)]}},
        {"policy": {"caps": (Cap(1, 1, channel="email"),)}, "standing": {"sent": [("in_app", NOW - HOUR)]}},
        {"policy": {"caps": (Cap(1, 1, channel="in_app"),)}, "standing": {"sent": [("in_app", NOW - HOUR)]}},
        {"policy": {"caps": (Cap(1, 1, spares=5),)}, "standing": {"sent": [("email", NOW - HOUR)]}, "priority": 5},
        {"policy": {"quiet": (time(21), time(8))}},
        {"policy": {"quiet": (time(9), time(9))}},
        {"standing": {"is_inside": False}, "is_asked_for": True},
        {"channel": "in_app", "recipient": "", "policy": {"allowed": frozenset({"bob@example.com"})}},
    ],
)
def test_what_only_looks_like_a_hindrance_is_none(case):
    assert said(**case) == Go()


def test_webhooks_know_no_consent_caps_and_quiet_hours():
    standing = {"word_on_all": False, "asks_first": True, "sent": [("email", NOW)]}
    policy = {"caps": (Cap(1, 1),), "quiet": (time(0), time(23))}

    assert said(channel="webhook", recipient="actions", standing=standing, policy=policy) == Go()


def test_a_switch_holds_back_also_what_would_be_late_by_now():
    assert isinstance(said(policy={"off": frozenset({""})}, latest=NOW - HOUR), Wait)


def test_a_yes_to_a_topic_outweighs_nothing_said_but_no_no():
    assert may_hear(asks_first=False, word_on_all=None, word_on_topic=None)
    assert may_hear(asks_first=True, word_on_all=None, word_on_topic=True)
    assert not may_hear(asks_first=False, word_on_all=False, word_on_topic=True)
