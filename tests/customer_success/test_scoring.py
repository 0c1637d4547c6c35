"""Scoring everybody: the same as the rules say of each, written where something changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_success.engine.scorecards import load_scorecards, write_scorecard_draft
from customer_success.engine.scoring import (
    NoLifecycle,
    ScorecardNotEditable,
    ScoringAlready,
    publish_scorecard,
    score_customers,
    score_everybody,
)
from customer_success.models import CustomerHealth, HealthScore, ScorecardVersion, SuccessProfile
from customer_success.queries.scorecards import text_of
from customer_success.rules.scorecard import score
from lifecycle.models import Customer, Lifecycle, ReportedChange, ReportedMetrics
from tests.factories import (
    CustomerFactory,
    HealthScoreFactory,
    LifecycleFactory,
    ScorecardFactory,
    ScorecardVersionFactory,
)

from .cards import account, definitions, in_force, one_measure, some_accounts

NOW = datetime(2026, 6, 15, 3, tzinfo=UTC)
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lifecycle() -> Lifecycle:
    return LifecycleFactory(is_set_up=True)


def set_profile(customer: Customer, **values: Any) -> None:
    SuccessProfile.objects.filter(account_id=customer.id).update(**values)


def health(customer: Customer) -> CustomerHealth:
    return CustomerHealth.objects.get(customer=customer)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=definitions(), seed=st.integers(0, 2**32))
def test_a_score_in_sql_is_the_score_in_python(drawn: dict[str, Any], seed: int) -> None:
    with transaction.atomic():
        version = in_force(drawn)
        people = some_accounts(Random(seed), 12)

        score_everybody(now=NOW)

        found = {one.customer_id: one for one in CustomerHealth.objects.all()}
        text = text_of(version)
        for person in people:
            profile = SuccessProfile.objects.get(account_id=person.id)
            values = {name: getattr(profile, name) for name in text.inputs}
            expected = score(text.card, values)
            if expected.value is None:
                assert person.id not in found
                continue
            got = found[person.id]
            assert (got.score, got.level) == (expected.value, expected.band.code)
            assert exact(got.components) == exact(expected.dimensions)
            assert exact(got.values) == exact(values)
        transaction.set_rollback(True)


def exact(values: Any) -> dict[str, Any]:
    return {name: Decimal(str(one)) if isinstance(one, int | float) else one for name, one in values.items()}


class TestARun:
    def test_writes_a_row_only_on_days_on_which_something_changed(self) -> None:
        in_force(one_measure())
        ann, bob = account(goal_attainment=70), account(goal_attainment=20)
        assert score_everybody(now=NOW) == 2
        set_profile(bob, goal_attainment=50)

        assert score_everybody(now=NOW + DAY) == 1

        assert list(HealthScore.objects.filter(customer=ann).values_list("score", flat=True)) == [70]
        assert list(HealthScore.objects.filter(customer=bob).values_list("score", flat=True)) == [50, 20]
        assert (health(bob).change, health(bob).level, health(ann).change) == (30, "FAIR", None)

    def test_done_twice_on_a_day_keeps_one_row_and_the_change_since_the_day_before(self) -> None:
        in_force(one_measure())
        ann = account(goal_attainment=70)
        score_everybody(now=NOW)
        for later, goal in ((1, 60), (2, 40)):
            set_profile(ann, goal_attainment=goal)
            score_everybody(now=NOW + DAY + timedelta(hours=later))

        assert HealthScore.objects.filter(customer=ann).count() == 2
        assert health(ann).change == -30

    def test_remembers_values_that_changed_where_the_score_did_not(self) -> None:
        in_force(one_measure("roi", {"steps": [{"at_least": None, "points": 50}]}))
        ann = account(roi=10)
        score_everybody(now=NOW)
        set_profile(ann, roi=11)

        score_everybody(now=NOW + DAY)

        assert [one.values["roi"] for one in HealthScore.objects.filter(customer=ann)] == [11, 10]

    def test_leaves_alone_what_was_reported_today_and_not_what_was_before(self) -> None:
        in_force(one_measure())
        ann, bob = account(goal_attainment=70), account(goal_attainment=70)
        HealthScoreFactory(customer=ann, recorded_at=NOW, score=10, level="POOR", source="REPORTED")
        HealthScoreFactory(customer=bob, recorded_at=NOW - DAY, score=10, level="POOR", source="REPORTED")

        score_everybody(now=NOW)

        assert HealthScore.objects.get(customer=ann).score == 10
        assert health(bob).score == 70

    def test_takes_the_health_of_whom_no_card_scores_any_more(self) -> None:
        in_force(one_measure())
        ann = account(goal_attainment=70)
        score_everybody(now=NOW)
        set_profile(ann, goal_attainment=None)

        score_everybody(now=NOW + DAY)

        assert not CustomerHealth.objects.exists()
        assert HealthScore.objects.filter(customer=ann).count() == 1
        assert ReportedMetrics.objects.get(customer=ann).health_score is None

    def test_tells_the_floor_below_once_for_each_change(self) -> None:
        in_force(one_measure())
        ann = account(goal_attainment=70)
        for day in range(3):
            score_everybody(now=NOW + DAY * day)

        reported = ReportedMetrics.objects.get(customer=ann)
        assert (reported.health_score, reported.health_level, reported.health_trend) == (70, "GOOD", "UNKNOWN")
        assert ReportedChange.objects.count() == 1

    def test_takes_a_handful_of_statements_however_many_there_are(self) -> None:
        in_force(one_measure())
        some_accounts(Random(0), 1)
        score_everybody(now=NOW - DAY)  # the very first run makes its own note
        some_accounts(Random(1), 5)
        with CaptureQueriesContext(connection) as few:
            score_everybody(now=NOW)
        some_accounts(Random(2), 30)

        with CaptureQueriesContext(connection) as many:
            score_everybody(now=NOW + DAY)

        assert len(many) == len(few)

    def test_is_refused_beside_another(self) -> None:
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(74609, 0)")

            with pytest.raises(ScoringAlready, match="another process"):
                score_everybody(now=NOW)
        finally:
            other.close()

    def test_needs_a_lifecycle(self) -> None:
        Lifecycle.objects.update(is_active=False)

        with pytest.raises(NoLifecycle, match="no active lifecycle"):
            score_everybody(now=NOW)

    def test_of_some_leaves_the_others_alone(self) -> None:
        in_force(one_measure())
        ann, bob = account(goal_attainment=70), account(goal_attainment=20)
        score_everybody(now=NOW)
        SuccessProfile.objects.update(goal_attainment=50)

        score_customers(customers=[ann.id, ann.id], now=NOW + DAY)

        assert (health(ann).score, health(bob).score) == (50, 20)


class TestTheTrend:
    @pytest.mark.parametrize(
        ("history", "trend"),
        [
            ({}, "UNKNOWN"),
            ({6: 20}, "UNKNOWN"),
            ({7: 65}, "IMPROVING"),
            ({7: 66}, "STABLE"),
            ({7: 75}, "DECLINING"),
            ({40: 75, 20: 70, 7: 20}, "DECLINING"),  # in force 30 days before: of 40 days ago
            ({29: 75, 7: 20}, "DECLINING"),  # the earliest there is
            ({30: 70, 31: 20}, "STABLE"),
        ],
    )
    def test_is_against_30_days_before(self, history: dict[int, int], trend: str) -> None:
        in_force(one_measure())
        ann = account(goal_attainment=70)
        for days, points in history.items():
            HealthScoreFactory(customer=ann, recorded_at=NOW - DAY * days, score=points)

        score_everybody(now=NOW)

        assert health(ann).trend == trend

    def test_compares_scores_of_one_scorecard_only(self) -> None:
        other, card = in_force(one_measure("roi"), priority=20), in_force(one_measure())
        ann, bob, carl, dora = (account(goal_attainment=70) for _ in range(4))
        older = ScorecardVersionFactory(scorecard=card.scorecard, number=9, state="retired")
        for who, history in (
            (ann, {8: other}), (bob, {8: older}), (carl, {8: None}), (dora, {40: other, 20: other, 8: older}),
        ):  # fmt: skip
            for days, version in history.items():
                HealthScoreFactory(customer=who, recorded_at=NOW - DAY * days, score=90, version=version)

        score_everybody(now=NOW)

        found = [(health(one).trend, health(one).change) for one in (ann, bob, carl, dora)]
        assert found == [("UNKNOWN", None), ("DECLINING", -20), ("DECLINING", -20), ("DECLINING", -20)]

    def test_moves_on_with_the_days(self) -> None:
        in_force(one_measure())
        ann = account(goal_attainment=70)
        score_everybody(now=NOW)

        score_everybody(now=NOW + DAY * 7)

        assert health(ann).trend == "STABLE"
        assert health(ann).day == NOW.date()


class TestWhichCard:
    def test_is_the_first_that_applies(self) -> None:
        second = in_force(one_measure(), priority=20)
        first = in_force(
            one_measure("roi"), applies_to={"metric": "plan", "operator": "==", "value": "Pro"}, priority=10
        )
        ann, bob = account(goal_attainment=70, roi=30), account(goal_attainment=70, roi=30)
        Customer.objects.filter(id=ann.id).update(plan="Pro")

        score_everybody(now=NOW)

        assert (health(ann).version_id, health(ann).score) == (first.id, 30)
        assert (health(bob).version_id, health(bob).score) == (second.id, 70)

    def test_that_reads_profiles_scores_accounts_only(self) -> None:
        in_force(one_measure("order_count"), priority=20)
        in_force(one_measure(), priority=10)
        stranger, ann = CustomerFactory(), account(goal_attainment=70)

        score_everybody(now=NOW)

        assert (health(stranger).score, health(ann).score) == (0, 70)

    def test_shipped_ones_are_loaded_once_and_in_force(self) -> None:
        assert load_scorecards(now=NOW) == ["scorecard framework", "scorecard learning", "scorecard program"]
        assert load_scorecards(now=NOW) == []

        score_everybody(now=NOW)

        assert ScorecardVersion.objects.filter(state="published").count() == 3

    def test_is_in_force_until_the_next_version(self) -> None:
        scorecard = ScorecardFactory()
        versions = []
        for name in ("roi", "goal_attainment"):
            draft = write_scorecard_draft(scorecard=scorecard, definition=one_measure(name), applies_to=None, by=None)
            versions.append(publish_scorecard(version=draft, by=None, now=NOW))

        assert [one.state for one in ScorecardVersion.objects.order_by("number")] == ["retired", "published"]
        with pytest.raises(ScorecardNotEditable, match="Only a draft"):
            publish_scorecard(version=versions[0], by=None, now=NOW)
