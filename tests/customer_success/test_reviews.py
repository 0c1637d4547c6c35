"""Business reviews: planned, held, cancelled, and the tasks that come of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from customer_success.engine.reviews import (
    Meeting,
    Promise,
    ReviewRefused,
    WrongTime,
    cancel,
    change_review,
    create_review,
    hold,
    prepare,
)
from customer_success.models import BusinessReview, ReviewStatus, Task
from customer_success.queries.reviews import led_by, promises_of, scheduled_until
from tests.factories import AccountFactory, BusinessReviewFactory, TaskFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def mia():
    return UserFactory(username="mia")


@pytest.fixture
def account(mia):
    return AccountFactory(customer__owner=mia, opened_at=NOW - timedelta(days=100))


@pytest.fixture
def review(account):
    return BusinessReviewFactory(customer=account.customer, scheduled_for=NOW - timedelta(hours=2), created_at=NOW)


def meeting(**values):
    return Meeting(**{"held_at": NOW - timedelta(hours=1), **values})


class TestHolding:
    def test_keeps_what_was_decided_and_makes_tasks_of_promises(self, review, mia):
        otto = UserFactory()
        promises = (Promise("Send the offer", date(2026, 3, 9)), Promise("Train", date(2026, 3, 20), otto.id))

        hold(
            review=review, by=mia, now=NOW,
            meeting=meeting(
                action_items=promises, follow_up_on=date(2026, 3, 11),
                words={"decisions": ["Go live in May"], "overall_rating": 4, "feedback": "Good"},
            ),
        )  # fmt: skip

        review.refresh_from_db()
        assert (review.status, review.held_at) == (ReviewStatus.HELD, NOW - timedelta(hours=1))
        assert (review.decisions, review.overall_rating, review.feedback) == (["Go live in May"], 4, "Good")
        made = {task.title: (task.type, task.owner, task.due_at.date()) for task in Task.objects.all()}
        assert made == {
            "Send the offer": ("ACTION_ITEM", mia, date(2026, 3, 9)),
            "Train": ("ACTION_ITEM", otto, date(2026, 3, 20)),
            f"Follow up: {review}": ("BUSINESS_REVIEW", mia, date(2026, 3, 11)),
        }
        assert [one.state for one in promises_of([review])[review.id]] == ["OPEN", "OPEN"]

    def test_what_comes_of_it_is_due_at_the_end_of_the_customers_day(self, review, mia):
        review.customer.timezone = "America/New_York"
        day = date(2026, 3, 5)

        asked = meeting(action_items=[Promise("A", day)], follow_up_on=day)
        hold(review=review, meeting=asked, by=mia, now=NOW)

        assert [task.due_at.isoformat()[:19] for task in Task.objects.all()] == ["2026-03-06T04:59:59"] * 2

    def test_a_follow_up_of_one_that_nobody_leads_any_more_is_the_success_managers(self, review, mia):
        review.owner = UserFactory()
        review.save()

        hold(review=review, meeting=meeting(follow_up_on=date(2026, 3, 5), words={"owner": None}), by=mia, now=NOW)

        assert Task.objects.get().owner == mia

    def test_happens_once(self, review, mia):
        seen_before = BusinessReview.objects.get(id=review.id)
        hold(review=review, meeting=meeting(action_items=[Promise("A", date(2026, 4, 1))]), by=mia, now=NOW)

        with pytest.raises(ReviewRefused, match="held already"):
            hold(review=seen_before, meeting=meeting(action_items=[Promise("B", date(2026, 4, 1))]), by=mia, now=NOW)

        assert [task.title for task in Task.objects.all()] == ["A"]

    def test_ends_the_task_to_prepare_it_and_is_a_contact(self, review, account, mia):
        task = TaskFactory(origin=f"review:{review.id}", customer=review.customer)

        hold(review=review, meeting=meeting(), by=mia, now=NOW)

        task.refresh_from_db()
        account.refresh_from_db()
        assert (task.state, task.closed_by, task.closed_at) == ("DONE", mia, NOW)
        assert account.last_contact_at == NOW - timedelta(hours=1)

    def test_an_older_contact_does_not_replace_a_newer_one(self, review, account, mia):
        type(account).objects.update(last_contact_at=NOW)

        hold(review=review, meeting=meeting(), by=mia, now=NOW)

        account.refresh_from_db()
        assert account.last_contact_at == NOW

    def test_a_missed_one_may_have_been_held_after_all(self, review, mia):
        BusinessReview.objects.update(status=ReviewStatus.MISSED)

        hold(review=review, meeting=meeting(), by=mia, now=NOW)

        assert BusinessReview.objects.get().status == ReviewStatus.HELD

    @pytest.mark.parametrize("held_at", [NOW + timedelta(minutes=1), NOW.replace(year=1900)])
    def test_is_refused_at_a_time_that_cannot_be(self, review, mia, held_at):
        with pytest.raises(WrongTime):
            hold(review=review, meeting=meeting(held_at=held_at), by=mia, now=NOW)


class TestChanging:
    def test_writes_and_moves(self, review, mia):
        task = TaskFactory(origin=f"review:{review.id}", customer=review.customer)
        later = datetime(2026, 3, 10, 9, tzinfo=UTC)

        change_review(review=review, words={"agenda": ["Plans"]}, scheduled_for=later, by=mia, now=NOW)

        review.refresh_from_db()
        task.refresh_from_db()
        assert (review.agenda, review.scheduled_for, review.changed_by) == (["Plans"], later, mia)
        assert task.due_at == datetime(2026, 3, 9, 10, tzinfo=UTC)

    def test_another_time_brings_a_missed_one_back(self, review, mia):
        BusinessReview.objects.update(status=ReviewStatus.MISSED)

        change_review(review=review, words={}, scheduled_for=NOW + timedelta(days=2), by=mia, now=NOW)

        assert BusinessReview.objects.get().status == ReviewStatus.SCHEDULED

    def test_words_of_a_held_one_may_be_corrected_but_not_its_time(self, review, mia):
        hold(review=review, meeting=meeting(), by=mia, now=NOW)

        change_review(review=review, words={"feedback": "Better"}, by=mia, now=NOW)
        with pytest.raises(ReviewRefused, match="held already"):
            change_review(review=review, words={}, scheduled_for=NOW, by=mia, now=NOW)

        assert BusinessReview.objects.get().feedback == "Better"

    def test_is_refused_where_somebody_else_has_written_meanwhile(self, review, mia):
        seen = review.updated_at
        change_review(review=review, words={"feedback": "First"}, by=mia, now=NOW + timedelta(minutes=1), seen=seen)

        with pytest.raises(ReviewRefused, match="meanwhile"):
            change_review(review=review, words={"feedback": "Second"}, by=mia, now=NOW, seen=seen)

        assert BusinessReview.objects.get().feedback == "First"

    def test_a_cancelled_one_stays_as_it_was(self, review, mia):
        task = TaskFactory(origin=f"review:{review.id}", customer=review.customer)
        cancel(review=review, by=mia, now=NOW)

        for change in (
            lambda: change_review(review=review, words={"feedback": "x"}, by=mia, now=NOW),
            lambda: cancel(review=review, by=mia, now=NOW),
            lambda: hold(review=review, meeting=meeting(), by=mia, now=NOW),
            lambda: prepare(review=review, by=mia, now=NOW),
        ):
            with pytest.raises(ReviewRefused, match="cancelled already"):
                change()
        task.refresh_from_db()
        assert task.state == "DROPPED"

    def test_an_unknown_word_is_a_mistake_of_ours(self, review, mia):
        with pytest.raises(TypeError, match="origin"):
            change_review(review=review, words={"origin": "x"}, by=mia, now=NOW)

    def test_a_review_of_another_age_is_refused(self, account, mia):
        with pytest.raises(WrongTime):
            create_review(
                customer=account.customer, type="ANNUAL", scheduled_for=NOW + timedelta(days=3000), words={}, by=mia,
                now=NOW,
            )  # fmt: skip


class TestNextReviews:
    def of(self, user):
        return list(led_by(user, scheduled_until(user, NOW + timedelta(days=14))))

    def test_are_those_that_a_person_leads_the_earliest_first(self, account, mia):
        otto = UserFactory()
        elsewhere = AccountFactory(customer__owner=otto).customer
        later, sooner = (
            BusinessReviewFactory(customer=account.customer, scheduled_for=NOW + timedelta(days=days))
            for days in (9, 2)
        )
        BusinessReviewFactory(customer=account.customer, scheduled_for=NOW + timedelta(days=3), owner=otto)
        BusinessReviewFactory(customer=account.customer, scheduled_for=NOW + timedelta(days=15))
        BusinessReviewFactory(customer=account.customer, scheduled_for=NOW, status="CANCELLED")
        BusinessReviewFactory(customer=elsewhere, scheduled_for=NOW + timedelta(days=2))

        assert self.of(mia) == [sooner, later]

    def test_follow_the_customer_to_its_next_success_manager(self, account, mia):
        review = BusinessReviewFactory(customer=account.customer, scheduled_for=NOW)
        otto = UserFactory()
        type(account.customer).objects.update(owner=otto)

        assert self.of(mia) == []
        assert self.of(otto) == [review]
