"""A person's word against a computed score, scores that are reported, and how a score came about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from customer_success.engine.overrides import (
    OverrideNotPossible,
    OverrideOver,
    ReportedScore,
    end_override,
    override_health,
    report_score,
)
from customer_success.engine.scorecard_steps import retire
from customer_success.engine.scorecards import load_scorecards
from customer_success.engine.scoring import score_changed, score_everybody
from customer_success.models import Account, CustomerHealth, HealthOverride, HealthScore, Scorecard, SuccessProfile
from customer_success.queries.health import NoProgram, explain_health
from lifecycle.models import Customer, ReportedMetrics
from tests.factories import CustomerFactory, HealthScoreFactory, LifecycleFactory, UserFactory

from .cards import account, in_force, one_measure

NOW = datetime(2026, 6, 15, 3, tzinfo=UTC)
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lifecycle(db: None) -> None:
    LifecycleFactory(is_set_up=True)


@pytest.fixture
def ann() -> Customer:
    in_force(one_measure())
    customer = account(goal_attainment=70)
    score_everybody(now=NOW)
    return customer


def in_place(customer: Customer) -> tuple[int, str, int | None]:
    health = CustomerHealth.objects.get(customer=customer)
    assert ReportedMetrics.objects.get(customer=customer).health_score == health.score
    return health.score, health.level, health.computed_score


def override(customer: Customer, score: int = 30, *, days: int = 10) -> HealthOverride:
    return override_health(
        customer=customer, score=score, reason="They told us that they leave", expires_at=NOW + DAY * days,
        by=UserFactory(), now=NOW,
    )  # fmt: skip


class TestAnOverride:
    def test_is_in_force_beside_the_computed_score_over_later_runs(self, ann: Customer) -> None:
        override(ann)
        assert in_place(ann) == (30, "POOR", 70)
        SuccessProfile.objects.update(goal_attainment=90)

        score_everybody(now=NOW + DAY)

        assert in_place(ann) == (30, "POOR", 90)
        assert HealthScore.objects.filter(customer=ann).first().score == 90

    def test_ends_when_its_time_is_over(self, ann: Customer) -> None:
        override(ann)

        score_everybody(now=NOW + DAY * 10)

        assert in_place(ann) == (70, "GOOD", 70)
        assert HealthOverride.objects.get().ended_at == NOW + DAY * 10

    def test_ends_in_the_hourly_run_too(self, ann: Customer) -> None:
        override(ann)

        score_changed(now=NOW + DAY * 10)

        assert in_place(ann) == (70, "GOOD", 70)

    def test_is_taken_back_once(self, ann: Customer) -> None:
        made = override(ann)

        end_override(override=made, by=UserFactory(), now=NOW + DAY)

        assert in_place(ann) == (70, "GOOD", 70)
        with pytest.raises(OverrideOver, match="ended already"):
            end_override(override=made, by=UserFactory(), now=NOW + DAY)

    def test_takes_the_place_of_an_earlier_one(self, ann: Customer) -> None:
        first = override(ann)
        override(ann, 95)

        first.refresh_from_db()
        assert first.ended_at == NOW
        assert in_place(ann) == (95, "EXCELLENT", 70)

    def test_of_whom_nothing_scores_goes_as_it_came(self) -> None:
        bob = CustomerFactory()
        made = override(bob)
        score_everybody(now=NOW)
        assert in_place(bob) == (30, "POOR", None)

        end_override(override=made, by=UserFactory(), now=NOW)

        assert not CustomerHealth.objects.exists()
        assert ReportedMetrics.objects.get(customer=bob).health_score is None

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"score": 101}, "score"), ({"score": -1}, "score"), ({"reason": " "}, "reason"),
         ({"expires_at": NOW}, "expires_at"), ({"expires_at": NOW + 367 * DAY}, "expires_at")],
    )  # fmt: skip
    def test_that_cannot_be_is_refused(self, ann: Customer, wrong: dict[str, object], field: str) -> None:
        right = {"score": 30, "reason": "x", "expires_at": NOW + DAY, "by": UserFactory(), "now": NOW}

        with pytest.raises(OverrideNotPossible) as caught:
            override_health(customer=ann, **{**right, **wrong})

        assert caught.value.field == field
        assert not HealthOverride.objects.exists()


class TestAReportedScore:
    def test_is_weighed_as_the_program_says_and_stays_for_the_day(self, ann: Customer) -> None:
        load_scorecards(now=NOW)
        components = {"engagement": 90, "success": 80, "satisfaction": 70, "financial": 60}

        made = report_score(customer=ann, reported=ReportedScore(components), by=UserFactory(), now=NOW)
        score_everybody(now=NOW + timedelta(hours=1))

        assert (made.score, made.level, made.source) == (77, "GOOD", "REPORTED")
        assert in_place(ann) == (77, "GOOD", 77)
        assert HealthScore.objects.filter(customer=ann).count() == 1
        score_everybody(now=NOW + DAY)
        assert in_place(ann) == (70, "GOOD", 70)

    def test_stays_in_force_where_nothing_is_computed(self) -> None:
        bob = CustomerFactory()
        report_score(customer=bob, reported=ReportedScore(score=55), by=UserFactory(), now=NOW)

        score_everybody(now=NOW + DAY)

        assert in_place(bob) == (55, "FAIR", 55)

    def test_does_not_displace_an_override(self, ann: Customer) -> None:
        override(ann)

        report_score(customer=ann, reported=ReportedScore(score=90), by=UserFactory(), now=NOW)

        assert in_place(ann) == (30, "POOR", 90)

    def test_has_its_trend_and_change(self, ann: Customer) -> None:
        HealthScoreFactory(customer=ann, recorded_at=NOW - DAY * 40, score=50)

        report_score(customer=ann, reported=ReportedScore(score=40), by=UserFactory(), now=NOW + DAY)

        health = CustomerHealth.objects.get(customer=ann)
        assert (health.trend, health.change) == ("DECLINING", -30)

    def test_of_components_needs_the_program(self, ann: Customer) -> None:
        with pytest.raises(NoProgram, match="no scorecard"):
            report_score(customer=ann, reported=ReportedScore({"success": 1}), by=UserFactory(), now=NOW)


class TestTheExplanation:
    def test_adds_up_and_says_what_changed_and_who_took_over_the_weight(self) -> None:
        definition = one_measure()
        definition["dimensions"][0]["measures"] = [
            {"input": name, "weight": weight, "scale": {"as_it_is": True}}
            for name, weight in (("goal_attainment", 50), ("payments_on_time", 30), ("expansion_probability", 20))
        ]
        in_force(definition)
        ann = account(goal_attainment=70, payments_on_time=Decimal("33.33"))
        assert explain_health(ann) is None
        score_everybody(now=NOW)
        then = explain_health(ann)
        SuccessProfile.objects.update(payments_on_time=Decimal("90.5"))
        score_everybody(now=NOW + DAY)

        now = explain_health(ann)

        assert sum(part.contribution for part in now.parts) == now.row.score == 78
        assert sum(part.contribution for part in then.parts) == then.row.score == 56
        assert sum(one.points for one in now.changes) == 22
        assert {one.metric for one in now.changes} >= {"payments_on_time"}
        (handed,) = now.handed
        assert (handed.metric, handed.weight) == ("expansion_probability", 20)
        assert handed.to == ("goal_attainment", "payments_on_time")

    def test_has_the_override_beside_the_computed_score(self, ann: Customer) -> None:
        made = override(ann)

        found = explain_health(ann)

        assert (found.row.score, found.override) == (70, made)

    def test_of_a_score_that_was_told_as_a_whole_has_no_parts(self, ann: Customer) -> None:
        report_score(customer=ann, reported=ReportedScore(score=90), by=UserFactory(), now=NOW)

        assert explain_health(ann).parts == ()


class TestTheHourlyRun:
    def test_looks_at_those_with_news_only(self, ann: Customer) -> None:
        bob = account(goal_attainment=10)
        later = NOW + DAY
        SuccessProfile.objects.filter(account=ann.id).update(goal_attainment=20, updated_at=later)
        SuccessProfile.objects.filter(account=bob.id).update(updated_at=NOW - DAY)
        Customer.objects.update(updated_at=NOW - DAY)
        bob.account.__class__.objects.update(updated_at=NOW - DAY)

        score_changed(now=later)

        assert in_place(ann) == (20, "POOR", 20)
        assert not CustomerHealth.objects.filter(customer=bob).exists()

    def test_looks_at_everybody_after_a_scorecard_was_published(self, ann: Customer) -> None:
        bob = account(goal_attainment=10)
        Customer.objects.update(updated_at=NOW - DAY)
        in_force(one_measure("roi"), priority=99, now=NOW + timedelta(hours=1))

        score_changed(now=NOW + DAY)

        assert in_place(bob) == (10, "POOR", 10)

    @pytest.mark.parametrize("change", ["retired", "later"])
    def test_looks_at_everybody_after_the_scorecards_in_force_changed(self, ann: Customer, change: str) -> None:
        first = in_force(one_measure("roi"), priority=1)
        bob = account(goal_attainment=10, roi=90)
        begun = timezone.now() - timedelta(hours=1)  # history is kept by the database's clock
        score_everybody(now=begun)
        for rows in (Customer, Account, SuccessProfile):
            rows.objects.update(updated_at=begun - DAY)
        assert in_place(bob) == (90, "EXCELLENT", 90)

        if change == "retired":
            retire(version=first)
        else:
            Scorecard.objects.filter(id=first.scorecard_id).update(priority=999)
        score_changed(now=begun + DAY)

        assert in_place(bob) == (10, "POOR", 10)
