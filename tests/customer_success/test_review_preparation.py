"""What a review is prepared from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customer_success.engine.reviews import change_review, prepare
from customer_success.models import BusinessReview
from lifecycle.models import CustomerFacts
from tests.factories import (
    AccountFactory,
    BusinessReviewFactory,
    DailyMetricsFactory,
    HealthAlertFactory,
    HealthScoreFactory,
    LifecycleFactory,
    MilestoneProgressFactory,
    OrderFactory,
    StatusTagFactory,
    TaskFactory,
    TransitionFactory,
    UserFactory,
    ValueMetricFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)


def days_ago(number):
    return NOW - timedelta(days=number)


@pytest.fixture
def customer():
    return AccountFactory(opened_at=days_ago(100)).customer


@pytest.fixture
def review(customer):
    return BusinessReviewFactory(customer=customer, type="MONTHLY", scheduled_for=NOW, created_at=days_ago(20))


def prepared(review, by=None):
    prepare(review=review, by=by, now=NOW)
    review.refresh_from_db()
    return review


def row(review, name):
    (found,) = (one for one in review.metrics_review if one["name"] == name)
    return found["before"], found["now"], found["change"]


class TestSources:
    def test_a_customer_of_whom_nothing_is_known_has_an_empty_review(self, review):
        prepared(review)

        assert (review.achievements, review.challenges, review.metrics_review, review.goals_progress) == (
            [],
            [],
            [],
            [],
        )
        assert (review.prepared_at, review.prepared_since) == (NOW, days_ago(30))

    def test_moves_are_achievements_or_challenges(self, review, customer):
        shop = LifecycleFactory(name="Commerce")
        tags = {
            category: StatusTagFactory(lifecycle=shop, name=category.title(), category=category)
            for category in ("active", "risk")
        }
        for category, days in (("active", 5), ("risk", 9), ("active", 40)):
            TransitionFactory(
                customer=customer, lifecycle=shop, to_tag=tags[category], from_tag=tags["risk"],
                applied_at=days_ago(days),
            )  # fmt: skip

        prepared(review)

        assert review.achievements == ["Active in Commerce since 27 Mar 2026."]
        assert review.challenges == ["Risk in Commerce since 23 Mar 2026."]

    def test_promises_alerts_tickets_and_modules_are_named(self, review, customer):
        made = {"customer": customer, "type": "ACTION_ITEM", "created_at": days_ago(20)}
        TaskFactory(title="Send the offer", state="DONE", closed_at=days_ago(2), **made)
        TaskFactory(title="Train", due_at=days_ago(3), **made)
        TaskFactory(title="Ours alone", customer=customer, type="CALL", due_at=days_ago(3))
        HealthAlertFactory(customer=customer, opened_at=days_ago(4))
        MilestoneProgressFactory(customer=customer, week=1, completion_status="completed", completed_at=days_ago(6))
        CustomerFacts.objects.filter(customer=customer).update(tickets_opened=3, tickets_resolved=1)

        prepared(review)

        assert review.achievements[0].startswith("Week 1 of the course finished: ")
        assert review.achievements[1:] == ["Done as agreed: Send the offer"]
        assert review.challenges == [
            "Health: red zone since 28 Mar 2026.",
            "Overdue since 29 Mar 2026: Train",
            "2 support tickets not resolved.",
        ]

    def test_figures_stand_beside_those_of_the_period_before(self, review, customer):
        for number, logins in ((50, 4), (45, 4), (10, 2), (2, 1)):
            DailyMetricsFactory(
                customer=customer, metric_date=days_ago(number).date(), logins_count=logins, activities=5
            )
        OrderFactory(customer=customer, ordered_at=days_ago(3), amount=120)
        for number, score in ((60, 40), (12, 60), (1, 66)):
            HealthScoreFactory(customer=customer, recorded_at=days_ago(number), score=score)

        prepared(review)

        assert row(review, "Health") == (40, 66, 26)
        assert row(review, "Logins") == (8, 3, -5)
        assert row(review, "Activities") == (10, 10, 0)
        assert row(review, "Spend") == (0, 120, 120)
        assert "Health rose from 40 points to 66 points." in review.achievements
        assert review.challenges == ["Logins fell from 8 to 3."]
        (health,) = (one for one in review.metrics_review if one["name"] == "Health")
        assert health["points"] == [40, 60, 66]

    def test_the_period_begins_with_the_review_before(self, review, customer):
        BusinessReviewFactory(
            customer=customer, status="HELD", held_at=days_ago(10), scheduled_for=days_ago(10),
            metrics_review=[{"name": "Hours saved", "before": 0, "now": 5, "change": 5, "unit": "h", "points": []}],
        )  # fmt: skip
        profile = customer.account.profile
        ValueMetricFactory(profile=profile, name="Hours saved", unit="h", baseline=0, target=20, current=20)

        prepared(review)

        assert review.prepared_since == days_ago(10)
        assert row(review, "Hours saved") == (5, 20, 15)
        assert review.achievements == ["Goal reached: Hours saved, 20 h.", "Hours saved rose from 5 h to 20 h."]
        assert (review.goals_progress[-1]["name"], review.goals_progress[-1]["progress"]) == ("Hours saved", 100)

    def test_takes_the_same_number_of_statements_whatever_there_is(self, review, customer):
        def statements():
            with CaptureQueriesContext(connection) as captured:
                prepared(review)
            return len(captured)

        empty = statements()
        for number in range(1, 30):
            DailyMetricsFactory(customer=customer, metric_date=days_ago(number).date())
            HealthScoreFactory(customer=customer, recorded_at=days_ago(number))
            TaskFactory(customer=customer, type="ACTION_ITEM", due_at=days_ago(number))

        assert statements() <= empty + 1
        assert len(review.challenges) == 10


class TestAgain:
    def test_what_people_wrote_or_took_out_stays_so(self, review, customer):
        mia = UserFactory()
        HealthAlertFactory(customer=customer, opened_at=days_ago(4))
        CustomerFacts.objects.filter(customer=customer).update(tickets_opened=1)
        prepared(review)
        change_review(
            review=review, words={"challenges": ["1 support ticket not resolved.", "Budget"], "achievements": ["Live"]},
            by=mia, now=NOW,
        )  # fmt: skip
        CustomerFacts.objects.filter(customer=customer).update(tickets_opened=2)

        prepared(review)

        assert review.achievements == ["Live"]
        assert review.challenges == ["2 support tickets not resolved.", "Budget"]
        assert review.changed_by == mia

    def test_automation_leaves_no_trace_of_a_person(self, review):
        prepared(review)
        assert BusinessReview.objects.get().changed_by is None

        prepared(review, by=(mia := UserFactory()))
        assert BusinessReview.objects.get().changed_by == mia


def test_goals_of_the_profile_are_in_percent(review, customer):
    type(customer.account.profile).objects.update(goal_attainment=75)

    prepared(review)

    assert review.goals_progress == [
        {"name": "Agreed goals reached", "baseline": 0, "target": 100, "current": 75.0, "unit": "%", "progress": 75}
    ]


def test_goals_that_nobody_told_are_what_the_value_metrics_come_to(review, customer):
    ValueMetricFactory(profile=customer.account.profile, name="Hours", baseline=0, target=10, current=4)

    prepared(review)

    assert [(goal["name"], goal["progress"]) for goal in review.goals_progress] == [
        ("Agreed goals reached", 40), ("Hours", 40),
    ]  # fmt: skip
