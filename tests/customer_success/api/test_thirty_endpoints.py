"""One customer's story over every endpoint of spec 3, from its opening to its end."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from customer_success import models
from customer_success.engine.alerts import raise_alerts
from customer_success.engine.defaults import load_defaults as load_success_defaults
from customer_success.engine.expansion import detect_expansion
from lifecycle.api.schema import written_schema
from lifecycle.engine.defaults import load_defaults
from tests.customer_success.api.endpoints import ENDPOINTS, Caller
from tests.customer_success.cast import API, member, speaking_for

ENUMS = {
    "CustomerTier": "ENTERPRISE, MID_MARKET, SMALL_BUSINESS, TRIAL",
    "CustomerStatus": "ACTIVE, ONBOARDING, AT_RISK, CHURNED, PAUSED",
    "ChurnRiskLevel": "LOW, MEDIUM, HIGH, CRITICAL",
    "HealthLevel": "POOR, FAIR, GOOD, EXCELLENT",
    "HealthTrend": "IMPROVING, STABLE, DECLINING, UNKNOWN",
    "OnboardingStatus": "NOT_STARTED, IN_PROGRESS, COMPLETED, ON_HOLD, CANCELLED",
    "DataMigrationStatus": "NOT_STARTED, IN_PROGRESS, COMPLETED, FAILED",
    "SuccessPlanType": "ONBOARDING, QUARTERLY, ANNUAL, EXPANSION, RECOVERY",
    "SuccessPlanStatus": "DRAFT, ACTIVE, COMPLETED, ON_HOLD, CANCELLED",
    "MilestoneStatus": "PENDING, IN_PROGRESS, COMPLETED, OVERDUE, CANCELLED",
    "MilestonePriority": "LOW, MEDIUM, HIGH, CRITICAL",
    "BusinessReviewType": "WEEKLY, MONTHLY, QUARTERLY, ANNUAL, EXECUTIVE, STRATEGIC",
    "AdvocacyType": (
        "CASE_STUDY, TESTIMONIAL, REFERENCE_CALL, SPEAKER_EVENT, PRESS_RELEASE, WEBINAR, USER_GROUP, ADVISORY_BOARD"
    ),
    "AdvocacyStatus": "PENDING, REQUESTED, IN_PROGRESS, COMPLETED, DECLINED, CANCELLED",
    "PeriodType": "DAILY, WEEKLY, MONTHLY, QUARTERLY, ANNUAL",
}
COMPONENTS = {"engagement_score": 80, "success_score": 70, "satisfaction_score": 60, "financial_score": 50}


def picked(body, *names):
    return tuple(body[name] for name in names)


@pytest.fixture
def caller(db):
    load_defaults(now=timezone.now(), only="account")
    load_success_defaults(now=timezone.now())
    return Caller(speaking_for(member("mia")), {})


@pytest.mark.parametrize("name", ENUMS)
def test_each_enum_has_the_values_of_the_spec(name):
    assert ", ".join(getattr(models, name).values) == ENUMS[name]


def test_there_are_fifteen_enums():
    assert len(ENUMS) == 15


def test_the_schema_has_every_endpoint():
    paths = written_schema()["paths"]
    known = {(method.upper(), re.sub(r"\{\w+\}", "{}", path)) for path, methods in paths.items() for method in methods}

    assert {(method, API + re.sub(r"\{\w+\}", "{}", path)) for method, path in ENDPOINTS} <= known


def test_tells_the_story_of_a_customer(caller):
    open_account(caller)
    write_profile(caller)
    score(caller)
    plan(caller)
    review(caller)
    ask_a_favour(caller)
    count(caller)
    close(caller)

    assert caller.called == set(ENDPOINTS)


def open_account(call):
    made = call.answer(
        "POST", "/customers",
        {"external_id": "acme", "name": "Acme", "annual_revenue": 30_000, "churn_risk": "LOW"}, status=201,
    )  # fmt: skip
    call.ids["id"] = made["id"]

    assert picked(made, "tier", "status", "churn_risk") == ("MID_MARKET", "ONBOARDING", "LOW")
    listed = call.answer("GET", "/customers?tier=MID_MARKET&status=ONBOARDING")
    assert [one["id"] for one in listed["results"]] == [made["id"]]
    assert call.answer("GET", "/customers/{id}") == made

    changed = call.answer("PUT", "/customers/{id}", {"name": "Acme Ltd", "annual_revenue": 120_000})
    assert picked(changed, "name", "tier", "annual_revenue") == ("Acme Ltd", "ENTERPRISE", 120_000.0)


def write_profile(call):
    assert call.answer("GET", "/customers/{id}/profile")["onboarding_status"] == "NOT_STARTED"
    today = timezone.now().date()
    started, done = today - timedelta(days=40), today - timedelta(days=5)

    written = call.answer("PUT", "/customers/{id}/profile", {
        "onboarding_status": "COMPLETED", "data_migration_status": "COMPLETED", "nps_score": 9, "csat_score": 4.5,
        "onboarding_started_on": f"{started}", "onboarding_completed_on": f"{done}",
        "first_value_on": f"{started + timedelta(days=20)}", "features_available": 10, "features_used": 9,
        "expansion_probability": 60, "training_completion": 80,
        "value_metrics": [{"name": "Leads", "baseline": 10, "target": 20, "current": 15}],
    })  # fmt: skip

    assert picked(written, "onboarding_status", "data_migration_status") == ("COMPLETED", "COMPLETED")
    assert picked(written, "time_to_value", "adoption_rate", "goal_attainment") == (20, 90.0, 50.0)
    assert call.answer("GET", "/customers/{id}/profile") == written


def score(call):
    calculated = call.answer("POST", "/customers/{id}/health-scores/calculate", COMPONENTS)
    assert picked(calculated, "overall_score", "health_level", "is_stored") == (67, "GOOD", False)

    made = call.answer("POST", "/customers/{id}/health-scores", {**COMPONENTS, "notes": "As told"}, status=201)
    assert picked(made, "overall_score", "health_level", "trend", "notes") == (67, "GOOD", "UNKNOWN", "As told")
    assert made["components"] == {"engagement": 80, "success": 70, "satisfaction": 60, "financial": 50}
    assert call.answer("GET", "/customers/{id}/health-scores")["results"] == [made]


def plan(call):
    made = call.answer("POST", "/customers/{id}/success-plans", {
        "type": "QUARTERLY", "title": "Second quarter", "starts_on": "2026-04-01", "ends_on": "2026-06-30",
        "objectives": ["Grow"], "success_metrics": ["Leads"], "stakeholders": ["The sponsor"],
    }, status=201)  # fmt: skip
    call.ids["plan_id"] = made["id"]

    assert picked(made, "type", "status", "objectives", "owner") == ("QUARTERLY", "DRAFT", ["Grow"], "mia")
    listed = call.answer("GET", "/customers/{id}/success-plans?type=QUARTERLY")
    assert [one["id"] for one in listed["results"]] == [made["id"]]
    assert call.answer("PUT", "/success-plans/{plan_id}", {"status": "ACTIVE"})["status"] == "ACTIVE"

    step = {"title": "Kick-off", "due_date": "2026-04-10", "priority": "HIGH", "deliverables": ["Minutes"]}
    milestone = call.answer("POST", "/success-plans/{plan_id}/milestones", step, status=201)
    call.ids["milestone_id"] = milestone["id"]
    assert picked(milestone, "priority", "deliverables", "progress") == ("HIGH", ["Minutes"], 0)

    done = call.answer("PUT", "/success-plans/{plan_id}/milestones/{milestone_id}", {"status": "COMPLETED"})
    assert picked(done, "status", "progress") == ("COMPLETED", 100)
    shown = call.answer("GET", "/success-plans/{plan_id}")
    assert (shown["progress"], shown["milestones"]) == (100, [done])


def review(call):
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    made = call.answer(
        "POST", "/customers/{id}/business-reviews",
        {"type": "EXECUTIVE", "scheduled_for": tomorrow, "agenda": ["Results"]}, status=201,
    )  # fmt: skip
    call.ids["review_id"] = made["id"]
    assert picked(made, "type", "status", "agenda") == ("EXECUTIVE", "SCHEDULED", ["Results"])

    held = call.answer("PUT", "/business-reviews/{review_id}", {
        "status": "HELD", "overall_rating": 5, "achievements": ["Live"], "challenges": ["Data"], "decisions": ["Go on"],
        "next_steps": ["Train"], "feedback": "Good",
    })  # fmt: skip
    assert picked(held, "status", "overall_rating", "decisions", "feedback") == ("HELD", 5, ["Go on"], "Good")
    assert call.answer("GET", "/customers/{id}/business-reviews?status=HELD")["results"] == [held]


def ask_a_favour(call):
    made = call.answer(
        "POST", "/customers/{id}/advocacy-activities", {"type": "CASE_STUDY", "title": "How Acme grew"}, status=201
    )
    call.ids["activity_id"] = made["id"]
    assert picked(made, "type", "status") == ("CASE_STUDY", "PENDING")

    for status in ("REQUESTED", "IN_PROGRESS", "COMPLETED"):
        done = call.answer("PUT", "/advocacy-activities/{activity_id}", {"status": status})
        assert done["status"] == status
    assert call.answer("GET", "/customers/{id}/advocacy-activities?type=CASE_STUDY")["results"] == [done]


def count(call):
    found = call.answer("GET", "/statistics")
    assert picked(found, "total_customers", "average_health_score", "total_annual_revenue") == (1, 67.0, 120_000.0)
    assert found["customers_by_tier"]["ENTERPRISE"] == found["customers_by_status"]["ONBOARDING"] == 1
    assert picked(found, "average_adoption_rate", "average_nps", "average_csat") == (90.0, 9.0, 4.5)

    onboarding = call.answer("GET", "/onboarding-metrics")
    assert picked(onboarding, "total_onboarding", "completed_onboarding", "average_time_to_value") == (1, 1, 20.0)
    assert picked(onboarding, "average_onboarding_duration", "training_completion_rate") == (35.0, 80.0)
    assert onboarding["onboarding_success_rate"] == 100.0

    assert call.answer("GET", "/advocacy-metrics") == {
        "total_advocates": 1, "case_studies_published": 1, "testimonials_collected": 0,
        "reference_calls_completed": 0, "advocacy_success_rate": 100.0,
    }  # fmt: skip

    detect_expansion(now=timezone.now())
    chances = call.answer("GET", "/expansion-opportunities?kind=HIGH_PROBABILITY")["results"]
    assert [picked(one, "customer", "current_tier", "probability") for one in chances] == [
        (call.ids["id"], "ENTERPRISE", 60)
    ]

    call.answer("POST", "/customers/{id}/health-scores", {"overall_score": 35}, status=201)
    raise_alerts(now=timezone.now())
    alerts = call.answer("GET", f"/health-alerts?csm={User.objects.get(username='mia').id}&kind=RED_ZONE")["results"]
    assert [picked(one, "customer", "score", "state") for one in alerts] == [(call.ids["id"], 35, "OPEN")]


def close(call):
    call.answer("DELETE", "/customers/{id}", status=204)

    assert call.answer("GET", "/customers/{id}")["status"] == "CHURNED"
    assert call("DELETE", "/customers/{id}").status_code == 409
