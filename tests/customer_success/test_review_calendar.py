"""Cadences, working days, and what a new preparation leaves alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_success.rules.calendar import (
    CADENCES,
    Occurrence,
    day_at,
    due,
    end_of_day,
    meeting_on,
    months_after,
    next_occurrence,
    working_day,
    working_days_before,
)
from customer_success.rules.review import Goal, Metric, merged, name_of, shown

DAYS = st.dates(date(2000, 1, 1), date(2060, 1, 1))
MONDAY = date(2026, 3, 2)


def days(found: list[Occurrence]) -> dict[str, date]:
    return {one.cadence: one.day for one in found}


class TestCadences:
    def test_an_enterprise_customer_is_met_weekly_in_the_first_month_and_then_monthly(self):
        def met_after(day):
            return days(due(regular=["MONTHLY"], first_month="WEEKLY", start=MONDAY, today=day))

        assert met_after(MONDAY) == {"WEEKLY": date(2026, 3, 9), "MONTHLY": date(2026, 4, 2)}
        assert met_after(date(2026, 3, 23)) == {"WEEKLY": date(2026, 3, 30), "MONTHLY": date(2026, 4, 2)}
        assert met_after(date(2026, 3, 30)) == {"MONTHLY": date(2026, 4, 2)}
        assert met_after(date(2026, 4, 2)) == {"MONTHLY": date(2026, 5, 4)}  # 2 May is a Saturday

    def test_the_end_of_a_month_does_not_drift(self):
        start = date(2026, 1, 30)

        met = [months_after(start, number) for number in (1, 2, 13)]

        assert met == [date(2026, 2, 28), date(2026, 3, 30), date(2027, 2, 28)]

    def test_what_is_held_as_needed_is_not_scheduled(self):
        assert due(regular=["EXECUTIVE", "STRATEGIC"], first_month="", start=MONDAY, today=MONDAY) == []

    @given(st.sampled_from(sorted(CADENCES)), DAYS, DAYS)
    def test_the_next_meeting_is_the_first_one_later_than_the_day(self, cadence, start, after):
        found = next_occurrence(cadence, start=start, after=after)

        assert found.day > max(after, start)
        assert found.day.weekday() < 5
        if found.number > 1:
            earlier = next_occurrence(cadence, start=start, after=found.day - timedelta(days=5))
            assert earlier.number in {found.number, found.number - 1}
            assert (earlier.number == found.number) or earlier.day <= found.day
        longest = {"WEEKLY": 7, "MONTHLY": 31, "QUARTERLY": 92, "ANNUAL": 366}[cadence]
        assert found.day - max(after, start) <= timedelta(days=longest + 2)

    @given(st.sampled_from(sorted(CADENCES)), DAYS, st.integers(0, 400))
    def test_no_meeting_is_left_out_or_counted_twice(self, cadence, start, first):
        met, day = [], start + timedelta(days=first)
        for _ in range(8):
            met.append(next_occurrence(cadence, start=start, after=day))
            day = met[-1].day

        numbers = [one.number for one in met]

        assert numbers == list(range(numbers[0], numbers[0] + 8))


class TestDays:
    @pytest.mark.parametrize(
        ("day", "expected"),
        [(date(2026, 3, 6), date(2026, 3, 6)), (date(2026, 3, 7), date(2026, 3, 9)),
         (date(2026, 3, 8), date(2026, 3, 9))],
    )  # fmt: skip
    def test_a_weekend_moves_to_monday(self, day, expected):
        assert working_day(day) == expected

    @pytest.mark.parametrize(
        ("day", "number", "expected"),
        [(MONDAY, 1, date(2026, 2, 27)), (MONDAY, 3, date(2026, 2, 25)), (date(2026, 3, 5), 3, MONDAY),
         (date(2026, 3, 8), 1, date(2026, 3, 6)), (MONDAY, 0, MONDAY)],
    )  # fmt: skip
    def test_working_days_are_counted_without_weekends(self, day, number, expected):
        assert working_days_before(day, number) == expected

    def test_ten_o_clock_is_the_customers(self):
        assert meeting_on(MONDAY, "Asia/Tokyo") == datetime(2026, 3, 2, 1, tzinfo=UTC)
        assert meeting_on(date(2026, 7, 1), "America/New_York") == datetime(2026, 7, 1, 14, tzinfo=UTC)
        assert day_at(datetime(2026, 3, 1, 23, tzinfo=UTC), "Asia/Tokyo") == MONDAY

    def test_a_day_is_the_customers_own(self):
        now = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)

        days = [day_at(now, zone).day for zone in ("UTC", "Asia/Tokyo", "America/Lima", "No/Where")]

        assert days == [10, 11, 10, 10]
        assert end_of_day(date(2026, 3, 10), "Asia/Tokyo").isoformat() == "2026-03-10T14:59:59.999999+00:00"

    def test_a_zone_that_is_none_is_read_as_utc(self):
        assert meeting_on(MONDAY, "Mars/Olympus") == datetime(2026, 3, 2, 10, tzinfo=UTC)


class TestMerging:
    def test_what_was_proposed_gives_way_and_what_people_wrote_stays(self):
        stands, proposed = merged(["Old", "Ours"], ["Old"], ["New"])

        assert (stands, proposed) == (["New", "Ours"], ["New"])

    def test_what_a_person_took_out_stays_out(self):
        _, proposed = merged([], [], ["Alert", "Order"])
        stands, proposed = merged(["Order"], proposed, ["Alert", "Order"])
        again, _ = merged(stands, proposed, ["Alert", "Order"])

        assert stands == again == ["Order"]

    def test_a_row_that_a_person_changed_stays_as_it_is(self):
        rows = [{"name": "Health", "now": 50}, {"name": "Logins", "now": 3}]
        changed = [{"name": "Health", "now": 55}, rows[1]]
        fresh = [{"name": "Health", "now": 60}, {"name": "Logins", "now": 9}]

        stands, _ = merged(changed, rows, fresh, key=name_of)

        assert stands == [{"name": "Logins", "now": 9}, {"name": "Health", "now": 55}]

    @given(st.lists(st.sampled_from("abcdef"), unique=True), st.lists(st.sampled_from("abcdef"), unique=True))
    def test_preparing_twice_is_preparing_once(self, current, fresh):
        once = merged(current, [], fresh)

        assert merged(once[0], once[1], fresh) == once


class TestFigures:
    @pytest.mark.parametrize(
        ("before", "now", "lower", "drift"),
        [(100, 110, False, 1), (100, 109, False, 0), (100, 90, False, -1), (100, 90, True, 1), (0, 1, False, 1),
         (0, 0, False, 0), (None, 5, False, 0), (5, None, False, 0), (-10, -5, False, 1)],
    )  # fmt: skip
    def test_a_tenth_is_worth_a_word(self, before, now, lower, drift):
        assert Metric("Logins", before, now, is_better_lower=lower).drift == drift

    @pytest.mark.parametrize(
        ("goal", "progress"),
        [((0, 100, 25), 25), ((10, 5, 7.5), 50), ((0, 10, 40), 100), ((0, 10, -5), 0), ((5, 5, 5), 100),
         ((5, 5, 4), 0), ((None, 10, 4), None), ((0, 10, None), None)],
    )  # fmt: skip
    def test_progress_is_the_share_of_the_way(self, goal, progress):
        assert Goal("Hours", *goal).progress == progress

    @pytest.mark.parametrize(
        ("value", "unit", "expected"),
        [(1250.0, "", "1,250"), (4.5, "h", "4.5 h"), (82, "%", "82%"), (None, "h", "unknown"), (100, "", "100")],
    )
    def test_figures_read_as_people_write_them(self, value, unit, expected):
        assert shown(value, unit) == expected

    def test_a_change_is_a_sentence(self):
        assert Metric("Logins", 12, 20).says == "Logins rose from 12 to 20."
