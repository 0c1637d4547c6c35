"""Due times where the customer is, tried in every zone of the system over two years."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from campaigns.definition.parts import Delay, Window
from campaigns.rules.schedule import at_on, due_after, local_day, quiet_until, start_of_local_day, within

ZONES = sorted(available_timezones())
FIRST, LAST = datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
DAYS = [FIRST.date() + timedelta(days=number) for number in range((LAST - FIRST).days)]
WINDOWS = (
    Window("09:00", "17:00"),
    Window("22:00", "06:00"),
    Window("02:15", "02:45"),
    Window("01:30", "24:00"),
    Window("00:00", "00:30", (7, 1)),
    Window("23:30", "01:30", (5, 6)),
    Window("00:00", "24:00", (3,)),
    Window("12:00", "12:00"),
)


def at(text, zone="UTC", fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def clock(instant, zone):
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


@cache
def shifts(zone):
    """The instants of two years after which the clocks of a zone stand otherwise."""

    def offset(instant):
        return instant.astimezone(ZoneInfo(zone)).utcoffset()

    found = []
    for number in range((LAST - FIRST).days):
        before, after = FIRST + number * DAY, FIRST + (number + 1) * DAY
        if offset(before) == offset(after):
            continue
        while after - before > MINUTE:
            middle = before + (after - before) / 2
            before, after = (middle, after) if offset(middle) == offset(before) else (before, middle)
        found.append(after.replace(second=0, microsecond=0))
    return tuple(found)


def around_shifts(zone):
    """Each hour from the day before a shift to the day after."""
    for shift in shifts(zone):
        yield from (shift + number * HOUR for number in range(-16, 12))


def is_open(instant, window, zone):
    """What the clock on the wall says."""
    local = instant.astimezone(ZoneInfo(zone))
    shown = local.strftime("%H:%M")
    wraps = window.ends <= window.starts
    began = local.date() - DAY if wraps and shown < window.ends else local.date()
    inside = shown >= window.starts or shown < window.ends if wraps else window.starts <= shown < window.ends
    return inside and (not window.weekdays or began.isoweekday() in window.weekdays)


def test_the_two_years_hold_every_sort_of_shift():
    sizes = {  # Troll in Antarctica moves by two hours
        (after.astimezone(ZoneInfo(zone)).utcoffset() - (after - HOUR).astimezone(ZoneInfo(zone)).utcoffset())
        for zone in ZONES
        for after in shifts(zone)
    }
    assert {HOUR, -HOUR, HOUR / 2, -HOUR / 2, 2 * HOUR} <= sizes
    assert len(ZONES) > 400


def test_a_clock_time_comes_once_on_each_day_in_every_zone():
    for zone in ZONES:
        for shown in ("00:00", "02:30"):
            reached = [at_on(day, shown, zone) for day in DAYS]
            assert all(22 * HOUR <= after - before <= 26 * HOUR for before, after in pairwise(reached)), zone
            wrong = [one for day, one in zip(DAYS, reached, strict=True) if clock(one, zone) != f"{day} {shown}"]
            assert len(wrong) <= len(shifts(zone)), (zone, wrong)


def test_days_begin_once_and_hold_their_instants_in_every_zone():
    for zone in ZONES:
        for day in DAYS[::5] + [local_day(shift, zone) for shift in shifts(zone)]:
            begins = start_of_local_day(day, zone)
            assert local_day(begins, zone) == day
            assert local_day(begins - MINUTE, zone) < day


def test_a_window_gives_the_instant_or_the_next_opening_in_every_zone():
    for zone in ZONES:
        ordinary = [FIRST + number * 97 * HOUR for number in range(1, 180, 12)]
        steady = [one for one in ordinary if all(abs(one - shift) > 9 * DAY for shift in shifts(zone))]
        for window in WINDOWS:
            for instant in steady:
                opening = within(instant, window, zone)
                assert is_open(opening, window, zone)
                assert (opening == instant) == is_open(instant, window, zone)
                assert opening == instant or not is_open(opening - MINUTE, window, zone)


def test_a_window_stays_in_order_while_the_clocks_are_changed():
    for zone in ZONES:
        for window in WINDOWS:
            before = None
            for instant in around_shifts(zone):
                opening = within(instant, window, zone)
                assert opening >= instant
                assert within(opening, window, zone) == opening
                assert before is None or before <= opening
                before = opening


def test_a_delay_never_ends_before_it_began():
    delays = (Delay(), Delay(minutes=20), Delay(days=1), Delay(at="02:30"), Delay(days=1, at="00:15"))
    for zone in ZONES:
        for instant in around_shifts(zone):
            for delay in delays:
                assert due_after(instant, delay, zone, WINDOWS[1]) >= due_after(instant, delay, zone) >= instant


def test_quiet_hours_end_outside_of_them_in_every_zone():
    for zone in ZONES:
        for instant in around_shifts(zone):
            ends = quiet_until(instant, time(21), time(8), zone)
            assert ends is None or (ends > instant and quiet_until(ends, time(21), time(8), zone) is None)
            shown = instant.astimezone(ZoneInfo(zone)).hour
            assert (ends is not None) == (shown >= 21 or shown < 8), (zone, instant)


@pytest.mark.parametrize(
    ("delay", "ends"),
    [
        (Delay(), "2026-03-28 15:00"),
        (Delay(hours=24), "2026-03-29 16:00"),
        (Delay(days=1), "2026-03-29 15:00"),
        (Delay(days=1, at="09:00"), "2026-03-29 09:00"),
        (Delay(at="09:00"), "2026-03-29 09:00"),
        (Delay(at="15:00"), "2026-03-28 15:00"),
        (Delay(at="20:00"), "2026-03-28 20:00"),
        (Delay(hours=20, at="09:00"), "2026-03-30 09:00"),
        (Delay(days=1, hours=3), "2026-03-29 18:00"),
    ],
)
def test_a_day_is_not_24_hours_and_tomorrow_at_nine_is_neither(delay, ends):
    start = at("2026-03-28 15:00", "Europe/Berlin")
    assert clock(due_after(start, delay, "Europe/Berlin"), "Europe/Berlin") == ends


@pytest.mark.parametrize(
    ("zone", "day", "shown", "instant"),
    [
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29 01:30"),  # left out: 03:30 by the new clock
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25 00:30"),  # comes twice: the first
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03 15:45"),  # 02:00 to 02:30 is left out
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04 14:45"),  # 01:30 to 02:00 comes twice
        ("Africa/Cairo", "2026-04-24", "00:00", "2026-04-23 22:00"),  # the day begins at one o'clock
        ("Africa/Cairo", "2026-04-24", "00:30", "2026-04-23 22:30"),
        ("America/Nuuk", "2026-03-28", "23:30", "2026-03-29 01:30"),  # the last hour is left out
        ("Pacific/Apia", "2011-12-30", "09:00", "2011-12-30 19:00"),  # there is no such day: the 31st at nine
        ("Pacific/Apia", "2011-12-31", "09:00", "2011-12-30 19:00"),
    ],
)
def test_gaps_and_overlaps_are_read_as_rfc_5545_says(zone, day, shown, instant):
    assert at_on(date.fromisoformat(day), shown, zone) == at(instant)


@pytest.mark.parametrize(
    ("zone", "window", "instant", "opening"),
    [
        # Friday evening in Los Angeles is Saturday in UTC.
        ("America/Los_Angeles", Window("18:00", "22:00", (5,)), "2026-06-05 20:00", "2026-06-05 20:00"),
        ("America/Los_Angeles", Window("18:00", "22:00", (5,)), "2026-06-04 20:00", "2026-06-05 18:00"),
        ("America/New_York", Window("09:00", "17:00"), "2026-03-07 17:00", "2026-03-08 09:00"),
        ("America/New_York", Window("22:00", "06:00", (6,)), "2026-03-08 05:59", "2026-03-08 05:59"),
        ("America/New_York", Window("22:00", "06:00", (7,)), "2026-03-08 05:59", "2026-03-08 22:00"),
        ("Europe/Berlin", Window("02:15", "02:45"), "2026-03-29 01:00", "2026-03-29 03:15"),
        ("Europe/Berlin", Window("02:30", "03:15", (7,)), "2026-03-29 01:00", "2026-03-29 03:30"),
        ("Africa/Cairo", Window("00:00", "02:00", (5,)), "2026-04-23 12:00", "2026-04-24 01:00"),
        ("Pacific/Apia", Window("09:00", "17:00", (5,)), "2011-12-29 12:00", "2012-01-06 09:00"),
        ("Pacific/Apia", Window("22:00", "06:00"), "2011-12-31 00:30", "2011-12-31 00:30"),
    ],
)
def test_a_window_opens_where_the_customer_is(zone, window, instant, opening):
    assert clock(within(at(instant, zone), window, zone), zone) == opening


def test_a_window_is_not_open_again_in_the_hour_that_comes_twice():
    window, zone = Window("01:00", "02:30"), "Europe/Berlin"
    assert within(at("2026-10-25 02:15", zone), window, zone) == at("2026-10-25 00:15")
    assert within(at("2026-10-25 02:15", zone, fold=1), window, zone) == at("2026-10-26 01:00", zone)
    assert due_after(at("2026-10-25 02:15", zone, fold=1), Delay(), zone) == at("2026-10-25 01:15")


def test_quiet_hours_that_begin_when_they_end_are_none():
    assert quiet_until(FIRST, time(8), time(8), "UTC") is None


def test_quiet_hours_wrap_midnight_and_may_not():
    zone = "Asia/Kolkata"
    assert quiet_until(at("2026-05-01 23:00", zone), time(21), time(8), zone) == at("2026-05-02 08:00", zone)
    assert quiet_until(at("2026-05-01 07:59", zone), time(21), time(8), zone) == at("2026-05-01 08:00", zone)
    assert quiet_until(at("2026-05-01 08:00", zone), time(21), time(8), zone) is None
    assert quiet_until(at("2026-05-01 13:00", zone), time(12, 30), time(14), zone) == at("2026-05-01 14:00", zone)


def test_a_name_that_is_no_zone_counts_as_utc():
    assert due_after(FIRST, Delay(at="09:00"), "Moon/Base") == FIRST + 9 * HOUR
