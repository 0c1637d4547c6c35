"""The pages of health, alerts and scorecards, and whom they show what."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customer_success.admin import scorecards
from customer_success.engine.alerts import raise_alerts
from customer_success.engine.scoring import score_everybody
from customer_success.models import HealthAlert, HealthOverride, ScorecardVersion, Task
from customer_success.tasks import score_health
from lifecycle.engine.defaults import load_defaults
from tests.factories import CustomerFactory, CustomerHealthFactory, HealthScoreFactory, ScorecardFactory, UserFactory

from .cards import account, in_force, one_measure, profile_of

pytestmark = pytest.mark.django_db
RED = {"kind": "RED_ZONE", "below": 40, "due_hours": 4, "priority": "CRITICAL", "is_escalated": False}


def page(name, *args):
    return reverse(f"admin:customer_success_{name}", args=args)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def mia():
    """A success manager."""
    user = UserFactory(username="mia", is_staff=True)
    user.groups.add(Group.objects.get(name="Success manager"))
    return user


@pytest.fixture
def manager(mia):
    return signed_in(mia)


@pytest.fixture
def boss():
    return signed_in(UserFactory(username="berta", is_staff=True, is_superuser=True))


@pytest.fixture
def version():
    load_defaults(now=timezone.now(), only="commerce")
    return in_force({**one_measure(), "alerts": [RED]})


@pytest.fixture
def customer(version, mia):
    """Of mia, with a score of 30 and its alerts."""
    customer = account(goal_attainment=30)
    type(customer).objects.filter(id=customer.id).update(owner=mia, name="Ann & Co")
    score_everybody(now=timezone.now())
    raise_alerts(now=timezone.now())
    customer.refresh_from_db()
    return customer


def test_the_list_and_the_page_say_what_the_score_is_made_of(manager, customer):
    listed = manager.get(page("customerhealth_changelist")).content.decode()
    shown = manager.get(page("customerhealth_change", customer.id)).content.decode()

    assert "Ann &amp; Co" in listed
    assert "Poor" in listed
    for text in ("Goal attainment", "30%", "together 30 of 100", "Red zone since"):
        assert text in shown


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


def test_alerts_are_acknowledged_and_resolved_from_the_list(manager, customer):
    alert = HealthAlert.objects.get()
    chosen = {"_selected_action": alert.pk, "confirm": "yes"}
    assert "Health is 30, below 40" in manager.get(page("healthalert_changelist")).content.decode()

    manager.post(page("healthalert_changelist"), {"action": "acknowledge_selected", **chosen})
    manager.post(page("healthalert_changelist"), {"action": "resolve_selected", **chosen, "note": "Called"})

    alert.refresh_from_db()
    assert (alert.state, alert.note, Task.objects.get().state) == ("RESOLVED", "Called", "DONE")
    assert "Ann" not in manager.get(page("healthalert_changelist")).content.decode()


def test_an_alert_that_was_put_off_until_now_is_open_again(manager, customer):
    HealthAlert.objects.update(state="SNOOZED", snoozed_until=timezone.now() - timedelta(minutes=1))

    def listed(state):
        return manager.get(page("healthalert_changelist"), {"state": state}).context["cl"].result_count

    assert (listed(""), listed("OPEN"), listed("SNOOZED")) == (1, 1, 0)
    HealthAlert.objects.update(snoozed_until=timezone.now() + timedelta(days=1))
    assert (listed(""), listed("OPEN"), listed("SNOOZED")) == (0, 0, 1)


@pytest.mark.parametrize("name", ["healthalert", "customerhealth", "account"])
def test_lists_offer_the_managers_whose_customers_one_sees(manager, customer, name):
    CustomerFactory(owner=UserFactory(username="a-stranger"))

    shown = manager.get(page(f"{name}_changelist"), {"owner": "mine"})

    assert "a-stranger" not in shown.content.decode()
    assert shown.context["cl"].result_count == 1


def test_a_resolution_needs_a_note_and_a_snooze_a_day_to_come(manager, customer):
    alert = HealthAlert.objects.get()

    empty = manager.post(page("healthalert_resolve", alert.pk), {"note": ""})
    past = manager.post(page("healthalert_snooze", alert.pk), {"until": "2001-01-01", "note": ""})

    assert list(empty.context["form"].errors) == ["note"]
    assert "future" in past.content.decode()


@pytest.mark.parametrize("states", [[], ["state=all"], ["state=over"], ["state=SNOOZED"], ["state=nonsense"]])
def test_alerts_are_listed_by_state(boss, customer, states):
    assert boss.get(page("healthalert_changelist") + "?" + "&".join(states)).status_code == 200


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


def written(definition, conditions="", **more):
    return {"definition": json.dumps(definition), "conditions": conditions, **more}


def test_a_new_scorecard_is_written_tried_and_published(boss, version, customer):
    scorecard = ScorecardFactory(name="Goals")
    add = page("scorecardversion_add") + f"?scorecard={scorecard.id}"
    assert boss.get(add).status_code == 200
    definition = one_measure(scale={"steps": [{"at_least": None, "points": 10}, {"at_least": 20, "points": 90}]})

    tried = boss.post(add, written(definition, customer=customer.external_id, **{"try": "yes"})).content.decode()
    assert "1 customer." in tried
    assert "Ann &amp; Co" in tried
    assert ">90<" in tried.replace("<strong", "<x").replace("\n", "")
    assert not scorecard.versions.exists()
    boss.post(add, written(definition, '{"all": []}'))
    draft = scorecard.versions.get()
    assert (draft.state, draft.applies_to, draft.written_by.username) == ("draft", None, "berta")
    opened = boss.get(page("scorecardversion_change", draft.id)).content.decode()
    assert page("scorecardversion_publish", draft.id) in opened
    boss.post(page("scorecardversion_publish", draft.id))

    draft.refresh_from_db()
    assert (draft.state, draft.published_by.username) == ("published", "berta")
    assert "From 20: 90".lower() in boss.get(page("scorecardversion_change", draft.id)).content.decode().lower()


def test_a_published_version_is_never_changed_but_followed_by_another(boss, version):
    before = version.definition
    boss.post(page("scorecardversion_change", version.id), written({**one_measure(), "alerts": []}))
    version.refresh_from_db()
    assert version.definition == before

    follows = boss.get(page("scorecardversion_new_version", version.id), follow=True)
    assert "goal_attainment" in follows.content.decode()
    boss.post(follows.redirect_chain[-1][0], written(one_measure()))
    assert [one.state for one in ScorecardVersion.objects.order_by("number")] == ["published", "draft"]


@pytest.mark.parametrize(
    ("definition", "conditions", "said"),
    [
        ("", "", "required"), ("{", "", "not valid JSON"), ("[" * 100_000, "", "not valid JSON"), ("[]", "", "object"),
        ('{"a": NaN}', "", "NaN"), ("{}", "", "is missing"), ("\x00", "", "Null characters"),
        (json.dumps(one_measure("nonsense")), "", "there is no input"),
        (json.dumps({**one_measure(), "bands": {"GOOD": 60}}), "", "scores below 60"),
        (json.dumps({**one_measure(), "bands": {"GOOD": 60, "POOR": 60, "FAIR": 0}}), "", "overlap"),
        (json.dumps(one_measure()).replace('"weight": 100, "measures"', '"weight": 90, "measures"'), "", "90%"),
        (json.dumps(one_measure()), '{"metric": "nope"}', "metric"), (json.dumps(one_measure()), "x", "JSON"),
    ],
)  # fmt: skip
def test_refuses_a_text_with_a_sentence_and_saves_nothing(boss, version, definition, conditions, said):
    add = page("scorecardversion_add") + f"?scorecard={version.scorecard_id}"

    answer = boss.post(add, {"definition": definition, "conditions": conditions})

    assert answer.status_code == 200
    assert said.lower() in str(answer.context["form"].errors).lower()
    assert ScorecardVersion.objects.count() == 1


def test_who_looks_after_customers_looks_at_scorecards_and_changes_none(manager, boss, version):
    boss.post(page("scorecardversion_add") + f"?scorecard={version.scorecard_id}", written(one_measure()))
    draft = ScorecardVersion.objects.get(state="draft")

    looked = manager.get(page("scorecardversion_change", draft.id)).content.decode()

    assert "Goal attainment" in looked
    assert "Save the draft" not in looked
    for step in ("publish", "delete_draft"):
        manager.post(page(f"scorecardversion_{step}", draft.id))
    manager.post(page("scorecardversion_change", draft.id), written({**one_measure(), "alerts": [RED]}))
    draft.refresh_from_db()
    assert (draft.state, draft.definition["alerts"]) == ("draft", [])
    assert manager.get(page("scorecardversion_add") + f"?scorecard={version.scorecard_id}").status_code == 403


def test_who_does_not_see_everybody_is_not_told_how_many_a_scorecard_scores(version, customer):
    writer = UserFactory(username="wanda", is_staff=True)
    codes = ("view_scorecardversion", "add_scorecardversion", "change_scorecardversion")
    writer.user_permissions.set(Permission.objects.filter(codename__in=codes))

    retired = signed_in(writer).get(page("scorecardversion_retire", version.id))
    spread = signed_in(writer).post(page("scorecardversion_distribution"), {"metric": "mrr"})

    assert "Of the customers that you see it scores 0." in retired.content.decode()
    assert spread.status_code == 403


def test_a_retired_scorecard_scores_nobody_any_more(boss, version, customer):
    asked = boss.get(page("scorecardversion_retire", version.id))
    assert "Of the customers that you see it scores 1." in asked.content.decode()

    boss.post(page("scorecardversion_retire", version.id))
    score_everybody(now=timezone.now())

    assert boss.get(page("customerhealth_changelist")).context["cl"].result_count == 0
    version.refresh_from_db()
    assert version.state == "retired"
