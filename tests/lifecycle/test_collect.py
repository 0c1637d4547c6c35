"""Collecting days: what stands in a day, in the windows and in the milestones, and that it is always the same."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle.engine import locks
from lifecycle.engine.collect import backfill, collect
from lifecycle.metrics.daily import DAYS, MEASURES, SCORES, WINDOWS, Kind, window_column
from lifecycle.metrics.facts import PASSIVE
from lifecycle.models import CollectedMetrics, Collection, DailyMetrics, DirtyMark, Event, MilestoneProgress
from lifecycle.rules.learning import Day, risk_indicators, scores, sessions, trend

from .stage import NOW, Undone, at_once, days_ago, event, is_at_least, lifecycle_with, send

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)
NAMES = [name for measure in MEASURES for name in measure.events] + ["ticket_resolved", "anything", "identify"]
COLUMNS = [field.name for field in DailyMetrics._meta.fields if field.name != "id"]


def day_of(customer: str, day: date = YESTERDAY) -> DailyMetrics:
    return DailyMetrics.objects.get(customer__external_id=customer, metric_date=day)


def sums_of(customer: str) -> CollectedMetrics:
    return CollectedMetrics.objects.get(customer__external_id=customer)


def stored() -> list[Any]:
    """Everything that is collected."""
    return [
        list(DailyMetrics.objects.order_by("customer", "metric_date").values_list(*COLUMNS)),
        list(CollectedMetrics.objects.order_by("customer").values_list()),
        list(MilestoneProgress.objects.order_by("customer", "week").values_list("customer", "week", "score")),
    ]


@st.composite
def happenings(draw: st.DrawFn) -> dict[str, Any]:
    """An event of one of three customers in the last forty days, often at the edges of days and sessions."""
    name = draw(st.sampled_from(NAMES))
    properties: dict[str, Any] = {}
    if name == "assessment_completed":
        properties["score"] = draw(st.sampled_from([0, 33.3333, 70, 66.665, 100]))
    elif name == "feedback":
        properties["sentiment"] = draw(st.sampled_from([-1, -0.25, 0.5]))
    elif name == "feature_use":
        properties["feature_id"] = draw(st.sampled_from(["a", "b", "c", None]))
    if draw(st.booleans()):
        properties["week"] = draw(st.sampled_from([1, "2", 6, 7, 0, "x", None, 1.5]))
    minutes = draw(st.sampled_from([-720, -719.5, 0, 0.5, 1, 30, 30.5, 60, 719.99]))
    moment = days_ago(draw(st.integers(0, 40))) + timedelta(minutes=minutes)
    return event(draw(st.sampled_from("abc")), name, min(moment, NOW), **properties)


def day_by_hand(events: list[Event]) -> dict[str, Any]:
    """One day in plain Python, by the formulas."""
    found: dict[str, Any] = {}
    for measure in MEASURES:
        fed = [one for one in events if not measure.events or one.name in measure.events]
        match measure.kind:
            case Kind.COUNT:
                found[measure.column] = len(fed)
            case Kind.DISTINCT:
                values = {one.properties.get(measure.property) for one in fed}
                found[measure.column] = len(values - {None})
            case Kind.SUM:
                found[measure.column] = sum((one.value for one in fed), Decimal(0))
    found["sessions_count"], found["total_session_minutes"] = sessions(one.occurred_at for one in events)
    taken = found["assessments_taken"]
    mean = (found["assessment_score_sum"] / taken).quantize(Decimal("0.01"), ROUND_HALF_UP) if taken else None
    found["assessment_avg_score"] = mean
    counts = ("features_used", "lessons_completed", "assessments_taken", "assessment_avg_score", "modules_completed",
              "forum_posts", "comments_made", "questions_asked", "answers_given", "activities")  # fmt: skip
    worth = scores(
        Day(sessions=found["sessions_count"], session_minutes=found["total_session_minutes"],
            **{name: found[name] for name in counts})
    )  # fmt: skip
    found |= {"engagement_score": worth.engagement, "progress_score": worth.progress}
    found |= {"community_score": worth.community, "overall_health_score": worth.overall}
    found["risk_indicators"] = [one.type for one in risk_indicators(worth, found["activities"])]
    return found


def days_by_hand() -> dict[tuple[int, date], dict[str, Any]]:
    by_day = defaultdict(list)
    for one in Event.objects.exclude(name__in=PASSIVE):
        by_day[one.customer_id, one.occurred_at.date()].append(one)
    days = {key: day_by_hand(events) for key, events in by_day.items()}
    for (customer, day), found in days.items():
        before = [days.get((customer, day - timedelta(days=back))) for back in range(1, 8)]
        found["score_trend"] = trend(
            found["overall_health_score"], [one["overall_health_score"] for one in before if one]
        )
    return days


def sums_by_hand(days: dict[tuple[int, date], dict[str, Any]], customer: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    own = {day: one for (who, day), one in days.items() if who == customer}

    def within(back: int) -> list[dict[str, Any]]:
        return [one for day, one in sorted(own.items()) if YESTERDAY - timedelta(days=back) < day <= YESTERDAY]

    for window in WINDOWS:
        for back in DAYS:
            columns = window.daily.split(" + ")
            found[window_column(window.name, back)] = sum(one[column] for one in within(back) for column in columns)
    for score in SCORES:
        mean = Decimal(sum(one[score] for one in within(7))) / 7
        found[score] = int(mean.quantize(Decimal(1), ROUND_HALF_UP))
    latest = within(7)[-1:]
    found["risk_indicator_count"] = len(latest[0]["risk_indicators"]) if latest else 0
    return found


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(happenings(), max_size=40), st.integers(0, 40))
def test_sql_and_formulas_agree_in_any_order(events, cut):
    """Sent in two parts, collected after each: days, trends and windows are those of the formulas."""
    try:
        with transaction.atomic():
            for part in (events[:cut], events[cut:]):
                if part:
                    send(*part)
                collect(now=NOW)

            days = days_by_hand()
            kept = {(one.customer_id, one.metric_date): one for one in DailyMetrics.objects.all()}
            assert kept.keys() == days.keys()
            for key, wanted in days.items():
                assert {name: getattr(kept[key], name) for name in wanted} == wanted
            for sums in CollectedMetrics.objects.all():
                wanted = sums_by_hand(days, sums.customer_id)
                assert {name: getattr(sums, name) for name in wanted} == wanted
            has_day = {customer for customer, day in days if day < TODAY}
            assert has_day <= set(CollectedMetrics.objects.values_list("customer_id", flat=True))

            before = stored()
            backfill(days=45, now=NOW)
            assert stored() == before
            raise Undone
    except Undone:
        pass


def test_a_day_of_learning():
    morning = days_ago(1)
    send(
        event("ann", "login", morning),
        event("ann", "page_view", morning + timedelta(minutes=5)),
        event("ann", "feature_use", morning + timedelta(minutes=10), feature_id="prompt"),
        event("ann", "feature_use", morning + timedelta(minutes=11), feature_id="prompt"),
        event("ann", "lesson_completed", morning + timedelta(minutes=30)),
        event("ann", "assessment_completed", morning + timedelta(minutes=100), score=80),
    )

    done = collect(now=NOW)

    assert (done.events, done.days, done.customers) == (6, 1, 1)
    ann = day_of("ann")
    assert (ann.sessions_count, ann.total_session_minutes, ann.pages_viewed, ann.features_used) == (2, 30, 1, 1)
    assert (ann.lessons_completed, ann.assessments_taken, ann.assessment_avg_score) == (1, 1, 80)
    assert (ann.engagement_score, ann.progress_score, ann.community_score) == (58, 69, 0)
    assert ann.overall_health_score == 51  # 57.5 and 69 weigh four tenths each
    assert ann.risk_indicators == ["social_isolation"]
    assert (sums_of("ann").logins_last_7d, sums_of("ann").session_minutes_last_30d) == (1, 30)
    assert sums_of("ann").engagement_score == 8  # 58 of one day in seven


def test_today_counts_tomorrow():
    send(event("ann", "login", NOW))
    collect(now=NOW)
    assert day_of("ann", TODAY).logins_count == 1
    assert not CollectedMetrics.objects.exists()

    collect(now=NOW + timedelta(days=1))

    assert sums_of("ann").logins_last_7d == 1


@pytest.mark.parametrize(("days", "column"), [(7, "logins_last_7d"), (14, "logins_last_14d"), (30, "logins_last_30d")])
def test_a_day_leaves_a_window_without_an_event(days, column):
    send(event("ann", "login", days_ago(1)))
    collect(now=NOW)

    last = NOW + timedelta(days=days - 1)
    collect(now=last)
    assert getattr(sums_of("ann"), column) == 1

    collect(now=last + timedelta(days=1))
    assert getattr(sums_of("ann"), column) == 0


def test_windows_are_right_after_a_long_pause_of_the_collector():
    send(event("ann", "login", days_ago(1)), event("bob", "login", days_ago(1)))
    collect(now=NOW)
    send(event("bob", "login", NOW + timedelta(days=99)), now=NOW + timedelta(days=100))

    collect(now=NOW + timedelta(days=100))

    assert (sums_of("ann").logins_last_30d, sums_of("bob").logins_last_30d) == (0, 1)


def test_what_comes_late_is_collected():
    send(event("ann", "login", days_ago(1)))
    collect(now=NOW)

    send(event("ann", "login", days_ago(3)))
    collect(now=NOW)

    assert (day_of("ann", TODAY - timedelta(days=3)).logins_count, sums_of("ann").logins_last_7d) == (1, 2)


def test_collecting_again_writes_nothing():
    send(event("ann", "login", days_ago(1)))
    collect(now=NOW)
    before = list(DailyMetrics.objects.values_list("id", "customer_id"))

    assert collect(now=NOW).days == 0
    assert backfill(days=3, now=NOW).days == 0
    assert list(DailyMetrics.objects.values_list("id", "customer_id")) == before


def test_only_those_with_other_sums_are_marked_where_rules_read_them():
    reading = lifecycle_with("NEW OLD", {"from": "NEW", "to": "OLD", "when": is_at_least("logins_last_7d", 3)})
    other = lifecycle_with("NEW OLD", {"from": "NEW", "to": "OLD", "when": is_at_least("login_count", 3)})
    send(event("ann", "login", days_ago(1)), event("bob", "login", days_ago(12)))
    collect(now=NOW)
    DirtyMark.objects.all().delete()

    collect(now=NOW + timedelta(days=1))  # nobody's seven days change
    assert not DirtyMark.objects.filter(lifecycle=reading, customer_id=sums_of("ann").customer_id).exists()
    collect(now=NOW + timedelta(days=7))

    assert set(DirtyMark.objects.filter(lifecycle=reading).values_list("customer_id", flat=True)) >= {
        sums_of("ann").customer_id
    }
    assert not DirtyMark.objects.filter(lifecycle=other).exists()


def test_a_backfill_repairs_days():
    send(event("ann", "login", days_ago(1)), event("ann", "login", days_ago(3)))
    collect(now=NOW)
    DailyMetrics.objects.update(logins_count=99)

    done = backfill(days=2, now=NOW)

    assert done.days == 1
    assert (day_of("ann").logins_count, day_of("ann", TODAY - timedelta(days=3)).logins_count) == (1, 99)


@pytest.mark.django_db(transaction=True)
def test_a_backfill_goes_on_where_it_was_broken_off():
    send(*(event("ann", "login", days_ago(day)) for day in (1, 2, 3, 4, 5)))
    seen = []

    def stop_after_one(done: int, total: int) -> None:
        seen.append(done)
        if len(seen) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backfill(days=5, now=NOW, progress=stop_after_one)
    DailyMetrics.objects.update(logins_count=99)  # to see that the first days are not done again
    backfill(days=5, now=NOW, progress=lambda done, total: seen.append(done))

    assert seen == [3, 5]
    assert sorted(DailyMetrics.objects.values_list("logins_count", flat=True)) == [1, 1, 99, 99, 99]
    assert sums_of("ann").logins_last_7d == 299
    assert Collection.objects.get().backfilling is None


@pytest.mark.parametrize("days", [0, -1, 100_000])
def test_a_backfill_of_impossible_length_is_refused(days):
    with pytest.raises(ValueError, match="days"):
        backfill(days=days, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_do_not_collect_at_once():
    def another() -> None:
        collect(now=NOW)

    with locks.collecting():
        assert isinstance(at_once(another)[0], locks.CollectingAlready)


@pytest.mark.django_db(transaction=True)
def test_an_event_whose_transaction_ends_late_is_not_passed_by():
    """Ids are given before their transactions end: collecting waits for those under way."""
    send(event("bob", "login", days_ago(1)))

    def slow() -> None:
        with transaction.atomic():
            send(event("bob", "login", days_ago(2)))
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.7)")

    def quick() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.2)")
        send(event("ann", "login", days_ago(1)))
        collect(now=NOW)

    at_once(slow, quick)

    assert DailyMetrics.objects.filter(customer__external_id="bob").count() == 2


def test_milestones():
    send(
        event("ann", "lesson_started", days_ago(9), week=2),
        event("ann", "assessment_completed", days_ago(8), week=1, score=60),
        event("ann", "assessment_completed", days_ago(7), week=1, score=75),
        event("ann", "module_completed", days_ago(6), week=1),
        event("ann", "module_completed", days_ago(5), week=1),
        event("ann", "module_completed", days_ago(5), week="seven"),
        event("ann", "module_completed", days_ago(5), week=12),
    )

    collect(now=NOW)

    found = MilestoneProgress.objects.values_list("week", "completion_status", "score", "completed_at")
    assert list(found) == [(1, "completed", 75, days_ago(6)), (2, "in_progress", None, None)]
    assert sums_of("ann").milestones_completed == 1
