"""The advocacy and expansion endpoints of spec 3."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from customer_success.models import AdvocacyActivity
from tests.api.conftest import person, speaking_for
from tests.factories import (
    AccountFactory,
    AdvocacyActivityFactory,
    CustomerFactory,
    ExpansionOpportunityFactory,
    UserFactory,
)

ROOT = "/api/v1/customer-success"
ALL = (
    "view_advocacyactivity", "add_advocacyactivity", "change_advocacyactivity", "view_expansionopportunity",
)  # fmt: skip
NEW = {"type": "REFERENCE_CALL", "title": "Call with a prospect"}


def success_manager(username, *permissions):
    user = person(username)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def mia(db):
    return success_manager("mia", *ALL)


@pytest.fixture
def api(mia):
    return speaking_for(mia)


@pytest.fixture
def acme(mia):
    return AccountFactory.create(customer=CustomerFactory.create(name="Acme", owner=mia)).customer


@pytest.fixture
def foreign(db):
    return AccountFactory.create().customer


@pytest.fixture
def plan(api, acme):
    def post(**values):
        return api.post(f"{ROOT}/customers/{acme.id}/advocacy-activities", {**NEW, **values}, format="json")

    return post


@pytest.fixture
def put(api):
    def send(number, **values):
        return api.put(f"{ROOT}/advocacy-activities/{number}", values, format="json")

    return send


def test_an_activity_is_planned_asked_for_and_completed(api, acme, mia, plan, put):
    made = plan(contact_name="Ann", scheduled_for="2199-01-31T12:00:00+01:00", outcome_value="12.50")
    number = made.json()["id"]

    assert (made.status_code, made.json()["status"], made.json()["owner"]) == (201, "PENDING", mia.id)
    for status in ("REQUESTED", "IN_PROGRESS", "COMPLETED"):
        assert put(number, status=status).json()["status"] == status
    (listed,) = api.get(f"{ROOT}/customers/{acme.id}/advocacy-activities?status=COMPLETED").json()["results"]
    assert (listed["customer"], listed["contact_name"], listed["outcome_value"]) == (acme.id, "Ann", "12.50")
    assert listed["requested_at"] <= listed["completed_at"]


def test_asks_at_once_and_refuses_the_next_with_the_reason_and_the_date(plan):
    assert plan(status="REQUESTED").json()["status"] == "REQUESTED"

    refused = plan(status="REQUESTED")

    assert refused.status_code == 409
    assert "at most once in 90 days" in refused.json()["detail"]
    assert f"{timezone.now() + timedelta(days=90):%Y}" in refused.json()["detail"]
    assert AdvocacyActivity.objects.count() == 1


def test_a_change_leaves_the_rest_as_it_was(plan, put):
    number = plan(description="Long").json()["id"]

    changed = put(number, title="New", quote="We love it").json()

    assert (changed["title"], changed["description"], changed["quote"]) == ("New", "Long", "We love it")
    assert put(number, status="PENDING").status_code == 200


def test_a_status_that_does_not_follow_is_a_conflict(plan, put):
    answer = put(plan().json()["id"], status="COMPLETED", title="New")

    assert (answer.status_code, AdvocacyActivity.objects.get().title) == (409, NEW["title"])
    assert "REQUESTED, DECLINED or CANCELLED" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"type": "PARTY"}, "type"), ({"title": ""}, "title"), ({"title": "x" * 201}, "title"), ({"title": 7}, "title"),
     ({"title": "a\0b"}, "title"), ({"case_study_url": "ftp://example.com/x"}, "case_study_url"),
     ({"content_url": "javascript:alert(1)"}, "content_url"), ({"testimonial_url": "example"}, "testimonial_url"),
     ({"contact_email": "ann"}, "contact_email"), ({"contact_email": 7}, "contact_email"),
     ({"outcome_value": -1}, "outcome_value"), ({"outcome_value": "1e30"}, "outcome_value"),
     ({"outcome_value": "NaN"}, "outcome_value"), ({"owner": 10**12}, "owner"), ({"owner": True}, "owner"),
     ({"owner": 999_999}, "owner"), ({"scheduled_for": "tomorrow"}, "scheduled_for"),
     ({"status": "COMPLETED"}, "status"), ({"requested_at": None}, "requested_at")],
)  # fmt: skip
def test_names_the_field_that_is_wrong(plan, values, field):
    answer = plan(**values)

    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, [field])
    assert not AdvocacyActivity.objects.exists()


@pytest.mark.parametrize("values", [{"status": "DECLINED"}, {"declined_reason": "No time"}])
def test_a_decline_and_its_reason_belong_together(plan, put, values):
    answer = put(plan().json()["id"], **values)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "declined_reason")


def test_a_decline_says_why(plan, put):
    answer = put(plan().json()["id"], status="DECLINED", declined_reason="No time").json()

    assert (answer["status"], answer["declined_reason"], answer["declined_at"] is None) == (
        "DECLINED",
        "No time",
        False,
    )


def test_customers_of_others_and_those_without_an_account_are_not_there(api, mia, foreign, put):
    theirs = AdvocacyActivityFactory.create(customer=foreign)
    without = CustomerFactory.create(owner=mia)

    for customer in (foreign, without):
        path = f"{ROOT}/customers/{customer.id}/advocacy-activities"
        assert {api.get(path).status_code, api.post(path, NEW, format="json").status_code} == {404}
    assert put(theirs.id, title="Mine").status_code == 404
    assert AdvocacyActivity.objects.get().title == theirs.title


def test_metrics_are_those_of_the_portfolio(api, acme, foreign):
    now = timezone.now()
    for customer in (acme, foreign):
        AdvocacyActivityFactory.create(customer=customer, status="COMPLETED", requested_at=now, completed_at=now)

    assert api.get(f"{ROOT}/advocacy-metrics").json() == {
        "total_advocates": 1, "case_studies_published": 1, "testimonials_collected": 0,
        "reference_calls_completed": 0, "advocacy_success_rate": 100.0,
    }  # fmt: skip


@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_a_stranger_is_kept_out(acme, method):
    stranger = speaking_for(person("sam"))
    paths = {
        "get": ("advocacy-metrics", "expansion-opportunities", f"customers/{acme.id}/advocacy-activities"),
        "post": (f"customers/{acme.id}/advocacy-activities",),
        "put": (f"advocacy-activities/{AdvocacyActivityFactory.create(customer=acme).id}",),
    }

    assert {getattr(stranger, method)(f"{ROOT}/{path}").status_code for path in paths[method]} == {403}


def test_opportunities_say_why_and_what_to_do(api, acme, mia, foreign):
    ExpansionOpportunityFactory.create(customer=foreign)
    ExpansionOpportunityFactory.create(
        customer=acme, current_tier="MID_MARKET", potential_tier="ENTERPRISE", estimated_revenue=70000,
        suggested_actions=["Talk"],
    )  # fmt: skip

    (found,) = api.get(f"{ROOT}/expansion-opportunities").json()["results"]

    assert (found["customer"], found["customer_name"], found["csm"]) == (acme.id, "Acme", mia.id)
    assert (found["current_tier"], found["potential_tier"]) == ("MID_MARKET", "ENTERPRISE")
    assert (found["estimated_revenue"], found["probability"]) == ("70000.00", 60)
    assert (found["reason"], found["suggested_actions"]) == ("Measured ROI of 250%.", ["Talk"])
    assert found["last_review_date"] is None  # none was held


def test_opportunities_are_narrowed(api, acme, mia):
    for kind, likely in (("ROI", 40), ("SEVERAL_UNITS", 60)):
        ExpansionOpportunityFactory.create(customer=acme, kind=kind, probability=likely)
    ExpansionOpportunityFactory.create(customer=acme, status="LOST", ended_at=timezone.now())

    def kinds(query):
        return [one["kind"] for one in api.get(f"{ROOT}/expansion-opportunities?{query}").json()["results"]]

    assert kinds("") == ["SEVERAL_UNITS", "ROI"]
    assert kinds("min_probability=60") == kinds("kind=SEVERAL_UNITS") == ["SEVERAL_UNITS"]
    assert (kinds(f"csm={mia.id}"), kinds(f"csm={UserFactory().id}")) == (["SEVERAL_UNITS", "ROI"], [])
    assert kinds("status=LOST") == ["ROI"]


@pytest.mark.parametrize("query", ["kind=LUCK", "csm=x", "csm=1e30", "min_probability=101", "status=NEW", "tier=X"])
def test_a_filter_that_names_nothing_is_a_mistake(api, query):
    answer = api.get(f"{ROOT}/expansion-opportunities?{query}")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, query.partition("=")[0])
