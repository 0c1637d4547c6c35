"""GET /health-alerts, what people say of them, and GET /scorecards/:id/goodness."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from customer_success.models import HealthAlert, Task
from tests.api.conftest import speaking_for
from tests.factories import (
    CustomerFactory,
    HealthAlertFactory,
    HealthScoreFactory,
    LifecycleFactory,
    ScorecardVersionFactory,
    StatusTagFactory,
    TaskFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
ALERTS, SCORECARDS = "/api/v1/customer-success/health-alerts", "/api/v1/customer-success/scorecards"


def somebody(username, group):
    user = UserFactory(username=username)
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def mia():
    return somebody("mia", "Success manager")


@pytest.fixture
def manager(mia):
    return speaking_for(mia)


@pytest.fixture
def boss():
    return speaking_for(UserFactory(is_superuser=True))


@pytest.fixture
def alert(mia):
    alert = HealthAlertFactory(customer=CustomerFactory(owner=mia))
    TaskFactory(customer=alert.customer, origin=f"alert:{alert.id}", owner=mia)
    return alert


def ids(client, query=""):
    return [one["id"] for one in client.get(f"{ALERTS}{query}").json()["results"]]


def test_lists_the_alerts_of_the_portfolio(manager, boss, alert):
    otto = UserFactory(username="otto")
    other = HealthAlertFactory(customer=CustomerFactory(owner=otto))
    nobody = HealthAlertFactory(customer=CustomerFactory(owner=None), kind="SIGNIFICANT_DROP", ended_at=timezone.now())

    (mine,) = manager.get(ALERTS).json()["results"]

    assert {name: mine[name] for name in ("id", "csm", "kind", "state", "score", "customer")} == {
        "id": alert.id, "csm": alert.customer.owner_id, "kind": "RED_ZONE", "state": "OPEN", "score": 35,
        "customer": alert.customer_id,
    }  # fmt: skip
    assert ids(boss) == [nobody.id, other.id, alert.id]
    assert ids(boss, f"?csm={otto.id}") == [other.id]
    assert ids(manager, f"?csm={otto.id}") == []
    assert ids(boss, "?kind=SIGNIFICANT_DROP") == ids(boss, "?ended=true") == [nobody.id]
    assert ids(boss, f"?customer={alert.customer_id}&state=OPEN&ended=false") == [alert.id]


@pytest.mark.parametrize(
    "query",
    ["kind=x", "state=open", "customer=x", "customer=0", "ended=1", "csm=", "csm=mia", "csm=999999", "owner=mia"],
)
def test_refuses_a_filter_that_says_nothing(boss, query):
    answer = boss.get(f"{ALERTS}?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


def test_acknowledges_snoozes_and_resolves(manager, alert):
    until = (timezone.now() + timedelta(days=3)).isoformat()

    said = [
        manager.post(f"{ALERTS}/{alert.id}/{word}", body, format="json").json()["state"]
        for word, body in (("acknowledge", {}), ("snooze", {"until": until}), ("resolve", {"note": "Called"}))
    ]

    assert said == ["ACKNOWLEDGED", "SNOOZED", "RESOLVED"]
    assert (Task.objects.get().state, Task.objects.get().outcome) == ("DONE", "Called")
    assert manager.post(f"{ALERTS}/{alert.id}/acknowledge", {}, format="json").status_code == 409


@pytest.mark.parametrize(
    ("word", "body", "field"),
    [
        ("snooze", {}, "until"), ("snooze", {"until": "tomorrow"}, "until"), ("resolve", {}, "note"),
        ("resolve", {"note": ""}, "note"), ("resolve", {"note": "a\x00"}, "note"), ("resolve", {"note": 1}, "note"),
        ("acknowledge", {"note": "x" * 501}, "note"), ("acknowledge", {"notes": "x"}, "notes"),
    ],
)  # fmt: skip
def test_refuses_a_body_that_says_nothing(manager, alert, word, body, field):
    answer = manager.post(f"{ALERTS}/{alert.id}/{word}", body, format="json")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert HealthAlert.objects.get().state == "OPEN"


def test_what_somebody_else_looks_after_is_not_there(alert):
    stranger = speaking_for(somebody("otto", "Success manager"))
    onlooker = speaking_for(somebody("ann", "Analyst"))

    for word in ("acknowledge", "resolve"):
        assert stranger.post(f"{ALERTS}/{alert.id}/{word}", {"note": "x"}, format="json").status_code == 404
        assert onlooker.post(f"{ALERTS}/{alert.id}/{word}", {"note": "x"}, format="json").status_code == 403
    assert ids(stranger) == []


@pytest.fixture
def version():
    lifecycle = LifecycleFactory(code="account")
    StatusTagFactory(lifecycle=lifecycle, code="CHURNED", category="churned")
    version = ScorecardVersionFactory(state="published", number=1)
    HealthScoreFactory(version=version, recorded_at=timezone.now() - timedelta(days=100))
    return version


def test_says_how_good_the_scores_are_and_null_where_nobody_can_say(boss, version):
    body = boss.get(f"{SCORECARDS}/{version.scorecard_id}/goodness").json()

    assert (body["lifecycle"], body["horizon_days"], len(body["landmarks"])) == ("account", 90, 1)
    assert (body["churned"], body["stayed"], body["auc"], body["green_churn_rate"]) == (0, 1, None, None)
    assert [one["days"] for one in body["before_churn"]] == [30, 60, 90]
    with_30 = boss.get(f"{SCORECARDS}/{version.scorecard_id}/goodness?version=1&horizon_days=30&lifecycle=account")
    assert with_30.json()["stayed"] == 3


@pytest.mark.parametrize("query", ["version=7", "version=x", "horizon_days=45", "lifecycle=nope", "days=3"])
def test_refuses_what_there_is_not(boss, version, query):
    answer = boss.get(f"{SCORECARDS}/{version.scorecard_id}/goodness?{query}")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, query.partition("=")[0])


def test_only_who_sees_everybody_may_ask_how_good_a_score_is(manager, boss, version):
    assert manager.get(f"{SCORECARDS}/{version.scorecard_id}/goodness").status_code == 403
    assert boss.get(f"{SCORECARDS}/999999/goodness").status_code == 404
