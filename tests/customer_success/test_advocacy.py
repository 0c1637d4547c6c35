"""Who may be asked for a favour, how an activity goes on, and what is counted."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from customer_success.engine.advocacy import AdvocacyNotAllowed, create_activity, move_activity, update_activity
from customer_success.models import AdvocacyActivity, AdvocacyPolicy
from customer_success.queries.advocacy import advocacy_metrics, ask_refusals, candidates
from lifecycle.models import Customer
from tests.factories import (
    AccountFactory,
    AdvocacyActivityFactory,
    CustomerFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    HealthAlertFactory,
    LifecycleFactory,
    StatusTagFactory,
    UserFactory,
)
from tests.lifecycle.stage import NOW, at_once, days_ago

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia(db):
    return UserFactory.create(username="mia")


@pytest.fixture
def acme(mia):
    return CustomerFactory.create(name="Acme", owner=mia)


@pytest.fixture
def account_tag(db):
    lifecycle = LifecycleFactory.create(code="account")
    tags = {code: StatusTagFactory.create(lifecycle=lifecycle, code=code) for code in ("ACTIVE", "AT_RISK", "CHURNED")}

    def put(customer, code):
        CustomerStatusFactory.create(lifecycle=lifecycle, customer=customer, tag=tags[code])

    return put


def planned(customer, by, **details):
    return create_activity(customer=customer, details={"type": "WEBINAR", "title": "T", **details}, by=by, now=NOW)


def asked(customer, days, **values):
    """An ask some days ago, that was withdrawn unless told otherwise."""
    return AdvocacyActivityFactory.create(
        customer=customer, requested_at=days_ago(days), **{"status": "CANCELLED", **values}
    )


def moved(activity, *path, by):
    for to in path:
        move_activity(activity=activity, to=to, by=by, now=NOW, reason="No time")
    return activity


def test_an_activity_goes_from_plan_to_end_and_belongs_to_the_success_manager(acme, mia):
    activity = moved(planned(acme, mia), "REQUESTED", "IN_PROGRESS", "COMPLETED", by=mia)

    activity.refresh_from_db()
    assert (activity.status, activity.requested_at, activity.completed_at) == ("COMPLETED", NOW, NOW)
    assert activity.owner == activity.created_by == mia


@pytest.mark.parametrize(
    ("path", "to", "says"),
    [((), "COMPLETED", "can become REQUESTED, DECLINED or CANCELLED, not COMPLETED"),
     (("REQUESTED",), "COMPLETED", "can become IN_PROGRESS, DECLINED or CANCELLED"),
     (("DECLINED",), "REQUESTED", "is DECLINED, which is final"),
     (("CANCELLED",), "CANCELLED", "is CANCELLED already")],
)  # fmt: skip
def test_refuses_a_move_that_the_flow_does_not_know(acme, mia, path, to, says):
    activity = moved(planned(acme, mia), *path, by=mia)

    with pytest.raises(AdvocacyNotAllowed, match=says):
        move_activity(activity=activity, to=to, by=mia, now=NOW)


def test_a_decline_says_why(acme, mia):
    activity = planned(acme, mia)

    with pytest.raises(AdvocacyNotAllowed, match="why"):
        move_activity(activity=activity, to="DECLINED", reason=" ", by=mia, now=NOW)


def test_refuses_a_move_from_what_somebody_has_changed_meanwhile(acme, mia):
    activity = planned(acme, mia)
    AdvocacyActivity.objects.update(status="CANCELLED")

    with pytest.raises(AdvocacyNotAllowed, match="meanwhile"):
        move_activity(activity=activity, to="DECLINED", reason="No time", by=mia, now=NOW)


def test_a_refused_move_leaves_the_details_as_they_were(acme, mia):
    activity = planned(acme, mia)

    with pytest.raises(AdvocacyNotAllowed):
        update_activity(activity=activity, details={"title": "New"}, to="COMPLETED", by=mia, now=NOW)

    assert AdvocacyActivity.objects.get().title == "T"


@pytest.mark.parametrize(
    ("before", "is_allowed"),
    [([], True), ([(89, {})], False), ([(90, {})], True),
     ([(200, {"status": "DECLINED", "declined_at": days_ago(179)})], False),
     ([(200, {"status": "DECLINED", "declined_at": days_ago(180)})], True),
     ([(100, {"status": "REQUESTED"})], True),
     ([(100, {"status": "REQUESTED"}), (300, {"status": "IN_PROGRESS"})], False)],
)  # fmt: skip
def test_a_customer_is_asked_within_the_limits(acme, mia, before, is_allowed):
    for days, values in before:
        asked(acme, days, **values)
    activity = planned(acme, mia)

    if is_allowed:
        assert moved(activity, "REQUESTED", by=mia).requested_at == NOW
    else:
        with pytest.raises(AdvocacyNotAllowed, match="Acme cannot be asked now"):
            moved(activity, "REQUESTED", by=mia)
    assert AdvocacyActivity.objects.filter(requested_at=NOW).count() == is_allowed


def test_a_refusal_names_the_reason_and_the_day(acme, mia):
    asked(acme, 30)
    allowed = days_ago(30) + timedelta(days=90)

    with pytest.raises(AdvocacyNotAllowed, match=f"asked on .* at most once in 90 days.*from {allowed:%-d %b %Y}"):
        moved(planned(acme, mia), "REQUESTED", by=mia)


@pytest.mark.parametrize(("code", "is_allowed"), [("ACTIVE", True), ("AT_RISK", False), ("CHURNED", False)])
def test_a_customer_at_risk_is_left_alone(acme, account_tag, code, is_allowed):
    account_tag(acme, code)

    assert (ask_refusals(acme, now=NOW) == ()) is is_allowed


def test_a_customer_in_the_red_zone_is_left_alone_until_it_has_recovered(acme):
    alert = HealthAlertFactory.create(customer=acme, kind="RED_ZONE")
    HealthAlertFactory.create(customer=acme, kind="SIGNIFICANT_DROP", threshold=10)
    assert [one.reason for one in ask_refusals(acme, now=NOW)] == ["its health is in the red zone"]

    alert.ended_at = NOW
    alert.save()

    assert ask_refusals(acme, now=NOW) == ()


def test_administrators_set_the_limits(acme, mia):
    AdvocacyPolicy.objects.create(asks=2, within_days=30)
    asked(acme, 1)
    moved(planned(acme, mia), "REQUESTED", by=mia)

    with pytest.raises(AdvocacyNotAllowed, match="at most 2 times in 30 days"):
        moved(planned(acme, mia), "REQUESTED", by=mia)


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_do_not_pass_the_limit_together(acme, mia):
    plans = [planned(acme, mia) for _ in range(4)]

    def ask(plan):
        return lambda: move_activity(activity=plan, to="REQUESTED", by=mia, now=NOW).status

    outcomes = at_once(*map(ask, plans))

    assert sorted(map(str, outcomes))[3] == "REQUESTED"
    assert AdvocacyActivity.objects.filter(status="REQUESTED").count() == 1


def test_the_database_keeps_an_ask_without_an_instant_out(acme):
    with pytest.raises(IntegrityError, match="advocacy_asked"), transaction.atomic():
        AdvocacyActivityFactory.create(customer=acme, status="REQUESTED")


def ready(**values):
    customer = CustomerFactory.create()
    account = AccountFactory.create(customer=customer)
    account.profile.nps_score = values.get("nps", 9)
    account.profile.save()
    CustomerHealthFactory.create(customer=customer, level=values.get("level", "GOOD"), score=values.get("score", 70))
    return customer


def test_candidates_are_healthy_promoters_the_healthiest_first():
    good, best = ready(), ready(level="EXCELLENT", score=90)
    ready(level="FAIR", score=50)
    ready(nps=8)
    CustomerFactory.create()

    assert list(candidates(Customer.objects.all(), now=NOW)) == [best, good]


def test_candidates_are_exactly_those_whom_the_rules_let_be_asked(account_tag):
    histories = product((None, 10, 90, 400), (None, 100, 180), (0, 1, 2), (False, True), ("ACTIVE", "AT_RISK"))
    for days, declined, is_open, is_red, tag in histories:
        customer = ready()
        if days:
            asked(customer, days)
        if declined:
            asked(customer, 300, status="DECLINED", declined_at=days_ago(declined))
        for _ in range(is_open):
            asked(customer, 500, status="IN_PROGRESS")
        if is_red:
            HealthAlertFactory.create(customer=customer)
        account_tag(customer, tag)

    listed = set(candidates(Customer.objects.all(), now=NOW))

    allowed = {customer for customer in Customer.objects.all() if not ask_refusals(customer, now=NOW)}
    assert listed == allowed
    assert 0 < len(listed) < Customer.objects.count()


def test_metrics_count_what_was_completed(acme):
    done = {"status": "COMPLETED", "requested_at": NOW, "completed_at": NOW}
    for kind in ("CASE_STUDY", "TESTIMONIAL", "REFERENCE_CALL", "REFERENCE_CALL", "WEBINAR"):
        AdvocacyActivityFactory.create(customer=acme, type=kind, **done)
    AdvocacyActivityFactory.create(type="CASE_STUDY")
    AdvocacyActivityFactory.create(type="CASE_STUDY", status="DECLINED", declined_at=NOW)

    found = advocacy_metrics(AdvocacyActivity.objects.all())

    assert (found.total_advocates, found.case_studies_published, found.testimonials_collected) == (1, 1, 1)
    assert (found.reference_calls_completed, float(found.advocacy_success_rate)) == (2, 83.3)


def test_there_is_no_success_rate_before_the_first_answer():
    AdvocacyActivityFactory.create()

    assert advocacy_metrics(AdvocacyActivity.objects.all()).advocacy_success_rate is None


def test_nothing_is_planned_for_the_past_or_with_a_closed_account(acme, mia, account_tag):
    with pytest.raises(AdvocacyNotAllowed, match="future"):
        planned(acme, mia, scheduled_for=days_ago(1))
    account_tag(acme, "CHURNED")

    with pytest.raises(AdvocacyNotAllowed, match="closed"):
        planned(acme, mia)

    assert not AdvocacyActivity.objects.exists()
