"""The pages of health, and whom they show what."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customer_success.admin import scorecards
from customer_success.engine.alerts import raise_alerts
from customer_success.engine.scoring import score_everybody
from customer_success.models import HealthAlert, HealthOverride
from customer_success.tasks import score_health
from lifecycle.engine.defaults import load_defaults
from tests.customer_success.cards import account, in_force, one_measure, profile_of
from tests.factories import CustomerFactory, CustomerHealthFactory, HealthScoreFactory, ScorecardFactory, UserFactory

from .conftest import page

pytestmark = pytest.mark.django_db


def test_the_list_and_the_page_say_what_the_score_is_made_of(manager, customer):
    listed = manager.get(page("customerhealth_changelist")).content.decode()
    shown = manager.get(page("customerhealth_change", customer.id)).content.decode()

    assert "Ann &amp; Co" in listed
    assert "Poor" in listed
    for text in ("Goal attainment", "30%", "together 30 of 100", "Red zone since"):
        assert text in shown


def test_the_list_says_that_closed_accounts_are_in_it(manager, customer):
    assert "leave them out" in manager.get(page("customerhealth_changelist")).text


def test_what_changed_stands_beside(manager, customer):
    profile = profile_of(customer)
    profile.goal_attainment = 75
    profile.save()
    score_everybody(now=timezone.now() + timedelta(days=1))

    shown = manager.get(page("customerhealth_change", customer.id)).content.decode()

    assert "+45.0" in shown
    assert "30% → 75%" in shown


def test_missing_inputs_hand_their_weight_on_and_the_page_says_so(boss):
    load_defaults(now=timezone.now(), only="commerce")
    measures = [{"input": name, "weight": 50, "scale": {"as_it_is": True}} for name in ("goal_attainment", "roi")]
    in_force({**one_measure(), "dimensions": [{"code": "all", "weight": 100, "measures": measures}]})
    customer = account(goal_attainment=80)
    score_everybody(now=timezone.now())

    shown = boss.get(page("customerhealth_change", customer.id)).content.decode()

    assert "missing; its weight went to the others" in shown
    assert "80 × 100%" in shown


def test_a_score_that_was_reported_as_it_is_has_no_parts(boss):
    health = CustomerHealthFactory(source="REPORTED")
    HealthScoreFactory(customer=health.customer, source="REPORTED")

    assert "was reported as it is" in boss.get(page("customerhealth_change", health.pk)).content.decode()


def test_somebody_else_s_customers_are_not_there(manager, version):
    other = CustomerHealthFactory(customer=CustomerFactory(owner=UserFactory()), version=version, score=10)
    raise_alerts(now=timezone.now())
    alert = HealthAlert.objects.get(customer=other.customer)

    assert manager.get(page("customerhealth_change", other.pk)).status_code == 302
    assert manager.get(page("healthalert_change", alert.pk)).status_code == 302
    for name in ("override", "take_back"):
        assert manager.post(page(f"customerhealth_{name}", other.pk), {"score": 90}).status_code == 404
    assert str(other.customer) not in manager.get(page("healthalert_changelist")).content.decode()
    manager.post(page("healthalert_changelist"), {
        "action": "resolve_selected", "_selected_action": alert.pk, "confirm": "yes", "note": "x"})  # fmt: skip
    assert HealthAlert.objects.get(id=alert.id).state == "OPEN"


def test_a_person_s_word_is_in_force_until_it_is_taken_back(manager, customer):
    until = (timezone.now() + timedelta(days=9)).date()
    manager.post(
        page("customerhealth_override", customer.id), {"score": 85, "reason": "New sponsor", "expires_at": until}
    )
    customer.health.refresh_from_db()
    assert (customer.health.score, customer.health.level, customer.health.computed_score) == (85, "EXCELLENT", 30)
    shown = manager.get(page("customerhealth_change", customer.id)).content.decode()
    assert "New sponsor" in shown
    assert "The scorecard says 30" in shown
    assert "(by a person)" in manager.get(page("customerhealth_changelist"), {"overridden": "yes"}).content.decode()

    manager.post(page("customerhealth_take_back", customer.id))

    customer.health.refresh_from_db()
    assert (customer.health.score, HealthOverride.objects.get().ended_by.username) == (30, "mia")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"score": "101"}, "score"), ({"score": "x"}, "score"), ({"score": ""}, "score"), ({"reason": " "}, "reason"),
     ({"reason": "a\x00"}, "reason"), ({"expires_at": "2001-01-01"}, "expires_at"),
     ({"expires_at": "?"}, "expires_at")],
)  # fmt: skip
def test_refuses_a_word_that_says_nothing(manager, customer, wrong, field):
    said = {"score": 85, "reason": "New sponsor", "expires_at": "2999-01-01", **wrong}

    answer = manager.post(page("customerhealth_override", customer.id), said)

    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert not HealthOverride.objects.exists()


@pytest.mark.parametrize("name", ["healthalert", "customerhealth", "account"])
def test_lists_offer_the_managers_whose_customers_one_sees(manager, customer, name):
    CustomerFactory(owner=UserFactory(username="a-stranger"))

    shown = manager.get(page(f"{name}_changelist"), {"owner": "mine"})

    assert "a-stranger" not in shown.content.decode()
    assert shown.context["cl"].result_count == 1


def test_goodness_says_what_is_missing(boss, version, customer):
    url = page("scorecard_goodness", version.scorecard_id)

    assert "no scores yet that are more than 90 days old" in boss.get(url).content.decode()
    draft = ScorecardFactory(name="Empty")
    assert "not published yet" in boss.get(page("scorecard_goodness", draft.id)).content.decode()
    HealthScoreFactory(customer=customer, version=version, recorded_at=timezone.now() - timedelta(days=200))
    assert "Too few cases: 0 churned and 4 stayed" in boss.get(url).content.decode()
    assert boss.get(url, {"version": "99", "horizon": "x", "lifecycle": "nope"}).status_code == 200


def test_goodness_says_when_churn_is_decided_by_what_a_rule_reads(boss, version, customer):
    url = page("scorecard_goodness", version.scorecard_id)

    assert "Mind: churn is decided here" not in boss.get(url, {"lifecycle": "account"}).content.decode()
    said = boss.get(url, {"lifecycle": "commerce"}).content.decode()
    assert "by a rule that reads days since the last order; the score reads goal attainment." in said


def test_a_worker_scores_everybody_when_somebody_asks(boss, version, monkeypatch):
    woken = []
    monkeypatch.setattr(scorecards, "wake", woken.append)
    url = page("scorecard_score", version.scorecard_id)

    assert "Score everybody now?" in boss.get(url).content.decode()
    assert woken == []
    answer = boss.post(url, follow=True)

    assert "A worker scores everybody now." in answer.content.decode()
    assert woken == [score_health.name]
