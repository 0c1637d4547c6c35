"""Regular reviews: scheduled ahead once, announced, missed, and given up with the tier."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customer_success.engine.review_cadence import announce_reviews, miss_reviews, schedule_reviews
from customer_success.engine.reviews import change_review
from customer_success.models import BusinessReview, Task
from customer_success.tasks import plan_business_reviews
from lifecycle.models import Customer
from tests.factories import (
    AccountFactory,
    BusinessReviewFactory,
    CustomerStatusFactory,
    LifecycleFactory,
    StatusTagFactory,
    TierPolicyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _policies(db):
    for revenue, tier, first_month, reviews in (
        (100_000, "ENTERPRISE", "WEEKLY", ["MONTHLY"]), (25_000, "MID_MARKET", "", ["MONTHLY"]),
        (5_000, "SMALL_BUSINESS", "", ["QUARTERLY"]), (0, "TRIAL", "", []),
    ):  # fmt: skip
        TierPolicyFactory(tier=tier, from_revenue=revenue, first_month_reviews=first_month, reviews=reviews)


def account(tier="ENTERPRISE", **values):
    return AccountFactory(customer__tier=tier, **{"opened_at": MONDAY, **values})


def planned(*statuses):
    rows = BusinessReview.objects.filter(status__in=statuses or ["SCHEDULED"]).order_by("scheduled_for")
    return [(row.type, row.scheduled_for.date()) for row in rows]


class TestScheduling:
    @pytest.mark.parametrize(
        ("tier", "expected"),
        [
            ("ENTERPRISE", [("WEEKLY", date(2026, 3, 9)), ("MONTHLY", date(2026, 4, 2))]),
            ("MID_MARKET", [("MONTHLY", date(2026, 4, 2))]),
            ("SMALL_BUSINESS", [("QUARTERLY", date(2026, 6, 2))]),
            ("TRIAL", []),
        ],
    )
    def test_follows_the_tier(self, tier, expected):
        account(tier)

        schedule_reviews(now=MONDAY)

        assert planned() == expected

    def test_a_month_day_by_day_has_four_weekly_reviews_and_the_monthly_ones(self):
        account()

        for day in range(70):
            schedule_reviews(now=MONDAY + timedelta(days=day))

        weekly = [day for kind, day in planned() if kind == "WEEKLY"]
        monthly = [day for kind, day in planned() if kind == "MONTHLY"]
        assert weekly == [date(2026, 3, day) for day in (9, 16, 23, 30)]
        assert monthly == [date(2026, 4, 2), date(2026, 5, 4), date(2026, 6, 2)]

    def test_twice_is_once(self):
        account()

        schedule_reviews(now=MONDAY)
        schedule_reviews(now=MONDAY + timedelta(hours=1))

        assert len(planned()) == 2

    def test_is_at_ten_where_the_customer_is(self):
        account("MID_MARKET", customer__timezone="America/New_York")

        schedule_reviews(now=MONDAY)

        assert BusinessReview.objects.get().scheduled_for == datetime(2026, 4, 2, 14, tzinfo=UTC)

    def test_counts_from_the_start_of_onboarding(self):
        account("MID_MARKET", profile__onboarding_started_on=date(2026, 2, 20))

        schedule_reviews(now=MONDAY)

        assert planned() == [("MONTHLY", date(2026, 3, 20))]

    def test_one_that_somebody_moved_or_cancelled_does_not_come_back(self):
        account("MID_MARKET")
        schedule_reviews(now=MONDAY)
        review = BusinessReview.objects.get()
        change_review(review=review, words={}, scheduled_for=MONDAY + timedelta(days=3), by=UserFactory(), now=MONDAY)

        schedule_reviews(now=MONDAY + timedelta(days=5))

        assert planned() == [("MONTHLY", date(2026, 3, 5))]

    def test_takes_as_many_statements_for_many_customers_as_for_one(self):
        def statements():
            with CaptureQueriesContext(
                connection,
            ) as captured:
                schedule_reviews(now=MONDAY)
            return len(captured)

        account()
        for_one = statements()
        for _ in range(5):
            account()

        assert statements() == for_one
        assert len(planned()) == 12


class TestGivingUp:
    @pytest.fixture
    def customer(self):
        return account().customer

    def test_another_tier_cancels_what_it_does_not_promise(self, customer):
        schedule_reviews(now=MONDAY)
        Customer.objects.update(tier="SMALL_BUSINESS")

        schedule_reviews(now=MONDAY)

        assert planned("CANCELLED") == [("WEEKLY", date(2026, 3, 9)), ("MONTHLY", date(2026, 4, 2))]
        assert planned() == [("QUARTERLY", date(2026, 6, 2))]

    def test_a_tier_that_comes_back_brings_its_reviews_back(self, customer):
        for tier in ("ENTERPRISE", "TRIAL", "ENTERPRISE"):
            Customer.objects.update(tier=tier)
            schedule_reviews(now=MONDAY)

        assert len(planned()) == 2

    def test_leaves_what_people_touched_or_planned(self, customer):
        schedule_reviews(now=MONDAY)
        change_review(
            review=BusinessReview.objects.get(type="WEEKLY"), words={"agenda": ["Ours"]}, by=UserFactory(), now=MONDAY
        )
        BusinessReviewFactory(customer=customer, type="EXECUTIVE", scheduled_for=MONDAY + timedelta(days=9))
        Customer.objects.update(tier="TRIAL")

        schedule_reviews(now=MONDAY)

        assert [kind for kind, _ in planned()] == ["WEEKLY", "EXECUTIVE"]

    def test_a_closed_account_has_none(self, customer):
        schedule_reviews(now=MONDAY)
        accounts = LifecycleFactory(code="account")
        CustomerStatusFactory(
            customer=customer, lifecycle=accounts, tag=StatusTagFactory(lifecycle=accounts, code="CHURNED")
        )

        schedule_reviews(now=MONDAY)

        assert planned() == []
        assert len(planned("CANCELLED")) == 2


class TestNearAndPast:
    def test_the_owner_is_asked_three_working_days_ahead(self):
        mia = UserFactory()
        review = BusinessReviewFactory(  # on a Monday
            customer=account(customer__owner=mia).customer, scheduled_for=datetime(2026, 3, 9, 10, tzinfo=UTC)
        )

        early = announce_reviews(now=datetime(2026, 3, 3, 23, tzinfo=UTC))
        due = announce_reviews(now=datetime(2026, 3, 4, 1, tzinfo=UTC))
        announce_reviews(now=datetime(2026, 3, 5, 1, tzinfo=UTC))

        assert (early, due) == ([], [review.id])
        task = Task.objects.get()
        assert (task.owner, task.type, task.due_at) == (mia, "BUSINESS_REVIEW", datetime(2026, 3, 6, 10, tzinfo=UTC))

    def test_what_was_not_held_for_a_week_is_missed(self):
        BusinessReviewFactory(scheduled_for=MONDAY - timedelta(days=7, seconds=1))
        BusinessReviewFactory(scheduled_for=MONDAY - timedelta(days=7))
        BusinessReviewFactory(scheduled_for=MONDAY - timedelta(days=30), status="CANCELLED")

        assert miss_reviews(now=MONDAY) == 1
        assert len(planned("MISSED")) == 1

    def test_the_daily_wake_up_prepares_what_is_near(self, time_machine):
        time_machine.move_to(datetime(2026, 3, 4, 4, 20, tzinfo=UTC), tick=False)
        account()
        near = BusinessReviewFactory(customer=account().customer, scheduled_for=datetime(2026, 3, 6, 10, tzinfo=UTC))

        plan_business_reviews()

        near.refresh_from_db()
        assert near.prepared_at == datetime(2026, 3, 4, 4, 20, tzinfo=UTC)
        assert Task.objects.filter(origin=f"review:{near.id}").exists()
