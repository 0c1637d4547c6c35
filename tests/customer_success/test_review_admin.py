"""Pages of business reviews: the agenda, one review, planning, writing, holding, cancelling, print."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customer_success.admin.review_page import sparkline
from customer_success.models import BusinessReview, Task
from tests.factories import AccountFactory, BusinessReviewFactory, ReviewActionItemFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LIST = "/admin/customer_success/businessreview/"
NO_ITEMS = {"items-TOTAL_FORMS": "5", "items-INITIAL_FORMS": "0"}


def signed_in(username, group="Success manager"):
    user = UserFactory(username=username, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return user, client


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def team():
    return signed_in("mia")


@pytest.fixture
def mia(team):
    return team[0]


@pytest.fixture
def desk(team):
    return team[1]


@pytest.fixture
def customer(mia):
    return AccountFactory(customer__owner=mia, customer__name="Acme", customer__timezone="Europe/Berlin").customer


@pytest.fixture
def review(customer):
    return BusinessReviewFactory(customer=customer, scheduled_for=NOW + timedelta(days=2))


def page_of(review, what="change"):
    return f"{LIST}{review.id}/{what}/"


def text(answer, status=200):
    assert answer.status_code == status, answer
    return answer.content.decode()


class TestAgenda:
    def test_shows_what_comes_next_and_what_waits(self, desk, review, customer):
        BusinessReviewFactory(customer=customer, type="ANNUAL", scheduled_for=NOW - timedelta(days=1))
        BusinessReviewFactory(customer=customer, type="STRATEGIC", scheduled_for=NOW + timedelta(days=15))
        BusinessReviewFactory(customer=customer, type="EXECUTIVE", status="CANCELLED", scheduled_for=NOW)

        shown = text(desk.get(LIST))

        assert "Sun 22 Nov 2026, 13:00 CET" in shown
        assert shown.index("Waiting") < shown.index(">Scheduled<")
        assert "Strategic" not in shown.split("result_list")[1].split("</table>")[0]

    @pytest.mark.parametrize(
        ("query", "number"),
        [("", 1), ("?led=me", 0), ("?when=SCHEDULED", 2), ("?when=CANCELLED", 1), ("?when=all", 3),
         ("?when=waiting", 0), ("?type__exact=ANNUAL&when=all", 1), ("?q=Acme", 1), ("?q=Zeta", 0)],
    )  # fmt: skip
    def test_can_be_narrowed(self, desk, review, customer, query, number):
        BusinessReview.objects.update(owner=UserFactory())
        BusinessReviewFactory(customer=customer, type="ANNUAL", scheduled_for=NOW + timedelta(days=90))
        BusinessReviewFactory(customer=customer, status="CANCELLED")

        assert desk.get(LIST + query).context["cl"].result_count == number

    def test_says_where_reviews_come_from_when_there_are_none(self, desk):
        assert "scheduled by the customer&#x27;s tier" in text(desk.get(LIST))

    def test_takes_the_same_number_of_statements_for_many(self, desk, review, customer):
        def statements():
            with CaptureQueriesContext(connection) as captured:
                desk.get(LIST)
            return len(captured)

        for_one = statements()
        BusinessReviewFactory.create_batch(9, customer=customer, scheduled_for=NOW)

        assert statements() == for_one


class TestPage:
    def test_goes_in_the_order_of_the_conversation(self, desk, review):
        BusinessReview.objects.update(
            metrics_review=[
                {"name": "Health", "before": 60, "now": 72, "change": 12, "unit": "points", "points": [60, 66, 72]}
            ],
            goals_progress=[
                {"name": "Hours", "baseline": 0, "target": 8, "current": 4, "unit": "h", "progress": 50}
            ],
            agenda=["Plans <b>"], achievements=["Live"], challenges=["Budget"], decisions=["Go on"],
        )  # fmt: skip
        ReviewActionItemFactory(review=review, text="Send the offer")

        shown = text(desk.get(page_of(review)))

        order = ["Plans &lt;b&gt;", "Live", "Budget", "Health", "+12", "<polyline", "Hours", "Go on", "Send the offer"]
        places = [shown.index(word, shown.index("review-title")) for word in order]
        assert places == sorted(places)
        assert "Sun 22 Nov 2026, 13:00 CET (12:00 UTC)" in shown

    def test_begins_with_what_was_agreed_last_time(self, desk, review, customer):
        before = BusinessReviewFactory(customer=customer, status="HELD", held_at=NOW - timedelta(days=20))
        ReviewActionItemFactory(review=before, text="Train the team")

        shown = text(desk.get(page_of(review)))

        assert shown.index("Agreed last time") < shown.index("Train the team") < shown.index("Agenda")

    def test_preparing_fills_it(self, desk, review, mia):
        answer = desk.post(page_of(review, "prepare"), follow=True)

        review.refresh_from_db()
        assert (review.prepared_at, review.changed_by) == (NOW, mia)
        assert "Prepare again" in text(answer)
        assert desk.get(page_of(review, "prepare")).status_code == 405

    @pytest.mark.parametrize(
        ("status", "offered"),
        [("SCHEDULED", {"hold", "write", "cancel", "print"}), ("MISSED", {"hold", "write", "cancel", "print"}),
         ("CANCELLED", {"print"}), ("HELD", {"write", "print"})],
    )  # fmt: skip
    def test_offers_what_can_be_done(self, desk, review, status, offered):
        BusinessReview.objects.update(status=status, held_at=NOW if status == "HELD" else None)

        shown = text(desk.get(page_of(review)))

        found = {name for name in ("hold", "write", "cancel", "print") if page_of(review, name) in shown}
        assert found == offered
        assert ("/prepare/" in shown) is (status in {"SCHEDULED", "MISSED"})

    def test_prints_without_the_admin_around_it(self, desk, review):
        shown = text(desk.get(page_of(review, "print")))

        assert "<h1>Acme</h1>" in shown
        assert "print_review.css" in shown
        assert "Search apps" not in shown


class TestPlanning:
    BODY = {
        "type": "EXECUTIVE",
        "scheduled_for_0": "2026-12-01",
        "scheduled_for_1": "09:00:00",
        "agenda": " A \n\nB\r\n",
    }

    def test_plans_a_review(self, desk, customer, mia):
        answer = desk.post(f"{LIST}add/", {**self.BODY, "customer": customer.id}, follow=True)

        assert answer.redirect_chain, text(answer)
        made = BusinessReview.objects.get()
        assert (made.agenda, made.changed_by, made.type) == (["A", "B"], mia, "EXECUTIVE")
        assert made.scheduled_for == datetime(2026, 12, 1, 9, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("customer", ""), ("scheduled_for_0", "2099-01-01"), ("scheduled_for_0", ""),
         ("type", "DAILY"), ("agenda", "x" * 501), ("agenda", "x\n" * 51), ("agenda", "\0"), ("owner", "999999")],
    )  # fmt: skip
    def test_names_the_field_that_is_wrong(self, desk, customer, field, value):
        answer = desk.post(f"{LIST}add/", {**self.BODY, "customer": customer.id, field: value})

        assert set(answer.context["adminform"].form.errors) == {field.removesuffix("_0")}
        assert not BusinessReview.objects.exists()

    def test_is_refused_for_a_customer_of_somebody_else(self, desk):
        elsewhere = AccountFactory(customer__owner=UserFactory()).customer

        answer = desk.post(f"{LIST}add/", {**self.BODY, "customer": elsewhere.id})

        assert set(answer.context["adminform"].form.errors) == {"customer"}


class TestWriting:
    def body(self, review, **values):
        return {
            "scheduled_for": "2026-11-22T13:00", "type": "MONTHLY", "seen": review.updated_at.isoformat(), **values,
        }  # fmt: skip

    def test_writes_lines_and_moves_it_by_the_customers_clock(self, desk, review):
        answer = desk.post(
            page_of(review, "write"), self.body(review, scheduled_for="2026-11-24T10:00", challenges="Budget\nTime")
        )

        review.refresh_from_db()
        assert answer.status_code == 302
        assert (review.challenges, review.scheduled_for) == (["Budget", "Time"], datetime(2026, 11, 24, 9, tzinfo=UTC))

    def test_does_not_write_over_somebody_else(self, desk, review):
        BusinessReview.objects.update(updated_at=NOW + timedelta(minutes=1), feedback="Theirs")

        shown = text(desk.post(page_of(review, "write"), self.body(review, challenges="Ours")))

        assert "Somebody has changed the review meanwhile" in shown
        assert BusinessReview.objects.get().challenges == []

    @pytest.mark.parametrize("at", ["", "soon", "0001-01-01T00:00", "9999-12-31T23:59", "2040-01-01T10:00", "\0"])
    def test_a_time_that_cannot_be_is_refused_at_its_field(self, desk, review, at):
        answer = desk.post(page_of(review, "write"), self.body(review, scheduled_for=at))

        assert set(answer.context["form"].errors) == {"scheduled_for"}

    def test_a_held_one_can_be_corrected_but_not_moved(self, desk, review):
        BusinessReview.objects.update(status="HELD", held_at=NOW)

        desk.post(page_of(review, "write"), self.body(review, feedback="Good", overall_rating="4"))

        review.refresh_from_db()
        assert (review.feedback, review.overall_rating) == ("Good", 4)
        assert review.scheduled_for == NOW + timedelta(days=2)


class TestHolding:
    BODY = {**NO_ITEMS, "held_at": "2026-11-20T11:00", "decisions": "Go on", "overall_rating": "5"}

    @pytest.mark.parametrize("day", ["2026-11-18", "2028-11-30", "9999-12-31"])
    def test_promises_are_for_the_two_years_from_the_meeting(self, desk, review, day):
        items = {"items-1-text": "Offer", "items-1-due_on": day}

        follow_up = desk.post(page_of(review, "hold"), {**self.BODY, "follow_up_on": day})
        item = desk.post(page_of(review, "hold"), {**self.BODY, **items})

        review.refresh_from_db()
        assert "within two years" in follow_up.context["form"].errors["follow_up_on"][0]
        assert "within two years" in item.context["items"].forms[1].errors["due_on"][0]
        assert review.status == "SCHEDULED"

    def test_keeps_it_and_makes_tasks(self, desk, review, mia):
        body = {
            **self.BODY, "follow_up_on": "2026-12-01", "items-0-text": "Offer", "items-0-due_on": "2026-11-30",
            "items-3-text": "Plan", "items-3-due_on": "2026-12-02", "items-3-owner": mia.id,
        }  # fmt: skip

        answer = desk.post(page_of(review, "hold"), body, follow=True)

        review.refresh_from_db()
        assert "3 tasks came of it" in text(answer)
        assert (review.status, review.held_at) == ("HELD", datetime(2026, 11, 20, 10, tzinfo=UTC))
        assert sorted(Task.objects.values_list("title", flat=True)) == [f"Follow up: {review}", "Offer", "Plan"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [("held_at", "2026-11-21T10:00"), ("held_at", ""), ("overall_rating", "6"), ("follow_up_on", "soon"),
         ("feedback", "x" * 5001)],
    )  # fmt: skip
    def test_names_the_field_that_is_wrong(self, desk, review, field, value):
        answer = desk.post(page_of(review, "hold"), {**self.BODY, field: value})

        assert set(answer.context["form"].errors) == {field}
        assert BusinessReview.objects.get().status == "SCHEDULED"

    @pytest.mark.parametrize(
        ("row", "field"),
        [({"text": "Offer"}, "due_on"), ({"due_on": "2026-12-01"}, "text"), ({"text": "x" * 501}, "text"),
         ({"text": "Offer", "due_on": "soon"}, "due_on")],
    )  # fmt: skip
    def test_a_row_that_is_half_written_is_no_action_item(self, desk, review, row, field):
        body = {**self.BODY, **{f"items-1-{name}": value for name, value in row.items()}}

        answer = desk.post(page_of(review, "hold"), body)

        assert field in answer.context["items"].errors[1]
        assert BusinessReview.objects.get().status == "SCHEDULED"

    def test_a_second_time_is_refused_with_a_sentence(self, desk, review):
        desk.post(page_of(review, "hold"), self.BODY)

        assert "The review is held already." in text(desk.post(page_of(review, "hold"), self.BODY))

    def test_cancelling_asks_first(self, desk, review):
        desk.get(page_of(review, "cancel"))
        assert BusinessReview.objects.get().status == "SCHEDULED"

        desk.post(page_of(review, "cancel"), {"confirm": "yes"})
        assert BusinessReview.objects.get().status == "CANCELLED"


class TestWhoMay:
    @pytest.mark.parametrize("what", ["hold", "write", "cancel", "print", "prepare"])
    def test_a_review_with_a_customer_of_somebody_else_is_not_there(self, desk, what):
        elsewhere = BusinessReviewFactory(customer=AccountFactory(customer__owner=UserFactory()).customer)

        assert desk.post(page_of(elsewhere, what)).status_code == 404
        assert desk.get(page_of(elsewhere)).status_code == 302
        assert desk.get(LIST + "?when=all").context["cl"].result_count == 0

    @pytest.mark.parametrize("what", ["hold", "write", "cancel", "prepare"])
    def test_who_only_looks_changes_nothing(self, review, what):
        _, looks_on = signed_in("ana", "Analyst")
        type(review.customer).objects.update(owner=_)

        assert looks_on.post(page_of(review, what), {"confirm": "yes"}).status_code == 403
        assert text(looks_on.get(page_of(review)))
        assert text(looks_on.get(page_of(review, "print")))
        assert looks_on.get(f"{LIST}add/").status_code == 403


@pytest.mark.parametrize(
    ("points", "expected"),
    [([], ""), ([5], ""), ([0, 10], "2.0,22.0 94.0,2.0"), ([3, 3, 3], "2.0,12.0 48.0,12.0 94.0,12.0")],
)
def test_a_sparkline_rises_from_left_to_right(points, expected):
    assert sparkline(points) == expected


def test_the_menu_leads_to_the_agenda(desk):
    assert reverse("admin:customer_success_businessreview_changelist") in text(desk.get("/admin/"))
