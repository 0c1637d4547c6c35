"""A plan drawn on a time axis."""

from __future__ import annotations

from datetime import date

from customer_success.rules.timeline import MOST_TICKS, Point, draw

START, END = date(2026, 1, 1), date(2026, 4, 11)  # a hundred days


def test_a_bar_reaches_from_what_it_depends_on_to_its_due_date():
    first = Point(1, "First", date(2026, 1, 11), "COMPLETED")
    second = Point(2, "Second", date(2026, 2, 10), "PENDING", depends_on=(1,))

    drawn = draw((second, first), starts_on=START, ends_on=END, today=date(2026, 1, 21))

    assert [(row.point.id, row.left, row.width) for row in drawn.rows] == [(1, 0, 10), (2, 10, 30)]
    assert drawn.links == ("10.0,5 10.0,15 10.0,15",)
    assert drawn.today_at == 20


def test_an_axis_holds_every_due_date_and_leaves_out_a_day_beyond():
    late = Point(1, "Late", date(2026, 7, 20), "PENDING")

    drawn = draw((late,), starts_on=START, ends_on=END, today=date(2027, 1, 1))

    assert drawn.rows[0].left + drawn.rows[0].width == 100
    assert drawn.today_at is None


def test_what_is_far_from_the_plan_stands_at_the_edge():
    far = Point(1, "Far", date(9999, 7, 20), "PENDING"), Point(2, "Long ago", date(1, 1, 1), "PENDING")

    drawn = draw(far, starts_on=START, ends_on=END, today=START)

    assert [(row.left, row.left + row.width) for row in drawn.rows] == [(0, 0), (drawn.today_at, 100)]


def test_a_dependency_that_is_not_drawn_draws_no_line():
    drawn = draw((Point(1, "a", END, "PENDING", depends_on=(7,)),), starts_on=START, ends_on=END, today=START)

    assert drawn.links == ()


def test_ticks_are_few_however_long_the_plan():
    for end in (START, date(2026, 2, 1), date(2026, 12, 1), date(2028, 1, 1), date(2199, 1, 1)):
        ticks = draw((), starts_on=START, ends_on=end, today=START).ticks

        assert len(ticks) <= MOST_TICKS + 1
        assert all(0 <= tick.at <= 100 for tick in ticks)


def test_says_weeks_of_short_plans_and_months_of_long_ones():
    weeks = draw((), starts_on=START, ends_on=date(2026, 1, 20), today=START).ticks
    months = draw((), starts_on=START, ends_on=date(2026, 6, 1), today=START).ticks

    assert [tick.label for tick in weeks] == ["5 Jan", "12 Jan", "19 Jan"]
    assert [tick.label for tick in months] == ["Feb", "Mar", "Apr", "May", "Jun"]
