"""What the endpoints of spec 3 refuse: bad input at its field, and what is another's or not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from customer_success.engine.defaults import load_defaults as load_success_defaults
from lifecycle.engine.defaults import load_defaults
from tests.customer_success.api.endpoints import ENDPOINTS, NOTHING, Caller
from tests.customer_success.cast import member, speaking_for
from tests.factories import (
    AccountFactory,
    AdvocacyActivityFactory,
    BusinessReviewFactory,
    PlanMilestoneFactory,
    SuccessPlanFactory,
    UserFactory,
)

LONG, NUL = "x" * 50_000, "a\0b"


@dataclass(frozen=True)
class Body:
    """A good body, of which ``needed`` cannot be left out; a ``text`` in it, and values that each field refuses."""

    good: dict[str, Any]
    refused: dict[str, Any]
    text: str = ""
    needed: tuple[str, ...] = ()


ACCOUNT = {"churn_risk": "NOPE", "annual_revenue": -1, "total_policies": 1.5, "renewal_date": "tomorrow", "labels": "x"}
MILESTONE = {"status": "NOPE", "priority": "NOPE", "progress": 101, "due_date": "2026-02-30", "owner": "nobody-of-us"}
REVIEW = {"overall_rating": 6, "type": "NOPE", "agenda": "x", "metrics_review": [7], "scheduled_for": "2026-01-01"}
ACTIVITY = {
    "type": "NOPE", "status": "NOPE", "outcome_value": -1, "case_study_url": "javascript:x", "contact_email": "x",
    "owner": 10**30,
}  # fmt: skip
PLAN = {
    "type": "NOPE", "status": "NOPE", "objectives": ["x"] * 51, "starts_on": "1", "sections": {"NOPE": {"text": "x"}},
}  # fmt: skip
BODIES = {
    ("POST", "/customers"): Body({"external_id": "new"}, {**ACCOUNT, "tier": "NOPE"}, "name", ("external_id",)),
    ("PUT", "/customers/{id}"): Body({}, {**ACCOUNT, "status": "NOPE"}, "name"),
    ("PUT", "/customers/{id}/profile"): Body(
        {}, {"onboarding_status": "NOPE", "data_migration_status": "NOPE", "nps_score": 11, "stakeholders": "x"},
        "executive_sponsor",
    ),
    ("POST", "/customers/{id}/health-scores"): Body(
        {"overall_score": 5}, {"overall_score": 101}, "notes", ("overall_score",)
    ),
    ("POST", "/customers/{id}/health-scores/calculate"): Body({}, {"engagement_score": -1, "financial_score": "9"}),
    ("POST", "/customers/{id}/success-plans"): Body(
        {"type": "ANNUAL", "title": "x", "starts_on": "2026-01-01", "ends_on": "2026-12-31"},
        {**PLAN, "milestones": "all", "template": "nope", "ends_on": "2025-01-01"}, "title",
        ("starts_on",),  # the others only where no template is named, which is looked at next
    ),
    ("PUT", "/success-plans/{plan_id}"): Body({}, PLAN, "title"),
    ("POST", "/success-plans/{plan_id}/milestones"): Body(
        {"title": "x", "due_date": "2026-04-01"}, {**MILESTONE, "depends_on": ["nothing"]}, "title",
        ("title", "due_date"),
    ),
    ("PUT", "/success-plans/{plan_id}/milestones/{milestone_id}"): Body({}, {**MILESTONE, "depends_on": [0]}, "title"),
    ("POST", "/customers/{id}/business-reviews"): Body(
        {"type": "ANNUAL", "scheduled_for": timezone.now().isoformat()}, REVIEW, "feedback", ("type", "scheduled_for")
    ),
    ("PUT", "/business-reviews/{review_id}"): Body({}, {**REVIEW, "status": "NOPE"}, "feedback"),
    ("POST", "/customers/{id}/advocacy-activities"): Body(
        {"type": "WEBINAR", "title": "x"}, ACTIVITY, "title", ("type", "title")
    ),
    ("PUT", "/advocacy-activities/{activity_id}"): Body({}, ACTIVITY, "title"),
}  # fmt: skip


def _cases():
    for where, body in BODIES.items():
        yield from ((where, field, value) for field, value in body.refused.items())
        yield from ((where, body.text, value) for value in (LONG, NUL, 7, [], {}) if body.text)
        yield where, "surprise", 1


def _at_once(customer):
    plan = SuccessPlanFactory(customer=customer)
    return {
        "id": customer.id,
        "plan_id": plan.id,
        "milestone_id": PlanMilestoneFactory(plan=plan).id,
        "review_id": BusinessReviewFactory(customer=customer).id,
        "activity_id": AdvocacyActivityFactory(customer=customer).id,
    }


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def caller(kept):
    load_defaults(now=timezone.now(), only="account")
    load_success_defaults(now=timezone.now())
    mia = member("mia")
    return Caller(speaking_for(mia), _at_once(AccountFactory(customer__owner=mia).customer))


def refused(answer, status):
    """The fields that a problem document names."""
    assert answer.status_code == status, answer.text[:500]
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["detail"]
    return {(one["field"] or "").partition(".")[0] for one in body.get("errors", ())}


@pytest.mark.parametrize(("where", "field", "value"), [*_cases()], ids=lambda one: str(one)[:60])
def test_names_the_field_of_bad_input(caller, where, field, value):
    answer = caller(*where, {**BODIES[where].good, field: value})

    assert refused(answer, 400) == {field}


@pytest.mark.parametrize("where", BODIES, ids=" ".join)
def test_names_what_is_missing(caller, where):
    needed = BODIES[where].needed

    answer = caller(*where, {})

    if needed:
        assert refused(answer, 400) == set(needed)
    else:
        assert answer.status_code in {200, 409}  # a PUT of nothing; a score of which nothing is known


@pytest.mark.parametrize("where", BODIES, ids=" ".join)
@pytest.mark.parametrize("body", ["x", 7, [], [{}], None], ids=repr)
def test_needs_an_object(caller, where, body):
    assert refused(caller(*where, body), 400) == {""}


OF_A_CUSTOMER = [where for where in ENDPOINTS if "{" in where[1]]


@pytest.mark.parametrize("where", OF_A_CUSTOMER, ids=" ".join)
def test_knows_nothing_of_customers_of_others(caller, where):
    theirs = _at_once(AccountFactory(customer__owner=UserFactory()).customer)
    body = BODIES[where].good if where in BODIES else NOTHING

    refused(caller(*where, body, **theirs), 404)
    for number in (0, 2**31, 2**63 - 1, 10**30):
        refused(caller(*where, body, **dict.fromkeys(theirs, number)), 404)


@pytest.mark.parametrize("where", [where for where in BODIES if "{" in where[1]], ids=" ".join)
def test_does_not_tell_by_bad_input_that_another_s_is_there(caller, where):
    theirs = _at_once(AccountFactory(customer__owner=UserFactory()).customer)

    refused(caller(*where, {"surprise": 1}, **theirs), 404)


def test_knows_no_milestone_of_another_plan(caller):
    other = PlanMilestoneFactory(plan=SuccessPlanFactory(customer_id=caller.ids["id"]))

    where = "PUT", "/success-plans/{plan_id}/milestones/{milestone_id}"

    refused(caller(*where, {}, milestone_id=other.id), 404)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/customers?tier=NOPE", "tier"), ("/customers?status=NOPE", "status"),
        ("/customers?churn_risk=NOPE", "churn_risk"), ("/statistics?surprise=1", "surprise"),
        ("/customers?health_level=NOPE", "health_level"), ("/customers?csm=x", "csm"),
        ("/customers?onboarding_status=NOPE", "onboarding_status"), ("/customers?renewal_before=x", "renewal_before"),
        ("/customers?search=a%00b", "search"), ("/customers?surprise=1", "surprise"),
        ("/customers/{id}/health-scores?since=x", "since"), ("/customers/{id}/success-plans?type=NOPE", "type"),
        ("/customers/{id}/success-plans?status=NOPE", "status"), ("/customers/{id}/business-reviews?type=NOPE", "type"),
        ("/customers/{id}/business-reviews?since=2026", "since"),
        ("/customers/{id}/advocacy-activities?status=NOPE", "status"), ("/onboarding-metrics?surprise=1", "surprise"),
        ("/expansion-opportunities?kind=NOPE", "kind"), ("/health-alerts?customer=x", "customer"),
        ("/expansion-opportunities?min_probability=101", "min_probability"),
        ("/expansion-opportunities?csm=99999999999999999999", "csm"), ("/health-alerts?kind=NOPE", "kind"),
        ("/health-alerts?state=NOPE", "state"), ("/health-alerts?csm=a%00b", "csm"),
        ("/health-alerts?csm=mia", "csm"), ("/health-alerts?csm=999999", "csm"), ("/customers?csm=999999", "csm"),
        ("/expansion-opportunities?csm=999999", "csm"),
    ],
)  # fmt: skip
def test_names_the_parameter_that_it_does_not_understand(caller, path, name):
    assert refused(caller("GET", path), 400) == {name}
