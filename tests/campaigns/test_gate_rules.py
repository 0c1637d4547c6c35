"""What the gate says of one message: the table of all reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.definition.parts import Window
from campaigns.models import SkipReason
from campaigns.rules.gate import Cap, Go, Message, Never, Policy, Standing, Wait, decide
from campaigns.rules.schedule import local_day, quiet_until

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
        ({"standing": {"agrees": False}}, "no_consent", True),
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
    standing = {"agrees": False, "sent": [("email", NOW)]}
    policy = {"caps": (Cap(1, 1),), "quiet": (time(0), time(23))}

    assert said(channel="webhook", recipient="actions", standing=standing, policy=policy) == Go()


def test_a_switch_holds_back_also_what_would_be_late_by_now():
    assert isinstance(said(policy={"off": frozenset({""})}, latest=NOW - HOUR), Wait)


caps = st.builds(
    Cap,
    most=st.integers(1, 3),
    days=st.integers(1, 4),
    channel=st.sampled_from(["", "email", "in_app"]),
    is_calendar=st.booleans(),
)
ZONES = st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"])


@given(
    st.lists(caps, min_size=1, max_size=3),
    ZONES,
    st.lists(st.sampled_from(["email", "in_app"]), max_size=12),
    st.sampled_from([None, (time(21), time(8)), (time(12), time(14))]),
    st.integers(0, 400),
)
@settings(max_examples=300, deadline=None)
def test_who_waits_as_told_exceeds_no_cap_and_waits_not_too_long(limits, zone, channels, quiet, day):
    policy, standing = Policy(caps=tuple(limits), quiet=quiet), Standing(zone=zone)
    start = NOW + day * DAY
    for channel in channels:
        message, now = replace(MESSAGE, channel=channel, latest=start + 100 * DAY), start
        while isinstance(verdict := decide(message, standing, policy, now), Wait):
            assert verdict.until > now
            early = verdict.until - timedelta(seconds=1)
            assert isinstance(decide(message, standing, policy, early), Wait)
            now = verdict.until
        standing.sent.append((channel, now))

    for cap in limits:
        times = sorted(at for channel, at in standing.sent if cap.channel in {"", channel})
        for first, last in zip(times, times[cap.most :], strict=False):
            if cap.is_calendar:
                assert (local_day(last, zone) - local_day(first, zone)).days >= cap.days
            else:
                assert last - first >= cap.days * DAY
    for _, at in standing.sent:
        assert quiet is None or quiet_until(at, *quiet, zone) is None
