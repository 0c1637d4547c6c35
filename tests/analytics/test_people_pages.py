"""The dashboards of success managers and campaigns, and what the API says of them."""

import csv
import io
import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from tests.customer_success.cast import joined, signed_in
from tests.factories import (
    AccountFactory,
    CampaignVersionFactory,
    CustomerFactory,
    DeliveryFactory,
    EnrollmentFactory,
    StepRunFactory,
    TaskFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()
MANAGERS, CAMPAIGNS = "/admin/analytics/snapshot/managers/", "/admin/analytics/snapshot/campaign-results/"
API = "/api/v1/analytics"


def somebody(group, **more):
    return joined(UserFactory(**more), group)


@pytest.fixture
def analyst():
    return signed_in(somebody("Analyst"))


def rows_of(client, path, chart, **asked):
    body = client.get(f"{path}?{urlencode({**asked, 'csv': chart})}").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body)))


def test_a_success_manager_sees_no_other_name():
    me, other = somebody("Success manager", username="ann"), somebody("Success manager", username="zacharias")
    for owner in (me, other):
        AccountFactory(customer=CustomerFactory(owner=owner))

    page = signed_in(me).get(MANAGERS).content.decode()

    assert "ann" in page
    assert "zacharias" not in page


def test_each_manager_leads_to_the_accounts(analyst):
    owner, _ = somebody("Success manager"), somebody("Success manager")
    AccountFactory(customer=CustomerFactory(owner=owner))

    page = analyst.get(MANAGERS).content.decode()

    assert f"{reverse('admin:customer_success_account_changelist')}?owner={owner.id}" in page


def test_managers_come_as_csv(analyst):
    owner, _ = somebody("Success manager", username="ann"), somebody("Success manager")
    CustomerFactory.create_batch(5, owner=owner)
    TaskFactory(owner=owner, customer=None, due_at=NOW - timedelta(hours=1), created_at=NOW - timedelta(days=1))

    [row] = [one for one in rows_of(analyst, MANAGERS, "managers") if one["Manager"] == "ann"]

    assert (row["Customers"], row["Overdue"], row["At risk"], row["Contacts a month"]) == ("5", "1", "", "0.0")


@pytest.mark.parametrize("path", [MANAGERS, CAMPAIGNS])
def test_an_empty_world_says_so(analyst, path):
    answer = analyst.get(path)

    assert answer.status_code == 200
    assert any(f"obody {what}" in answer.content.decode() for what in ("looks after", "entered"))


@pytest.mark.parametrize("path", [MANAGERS, CAMPAIGNS])
def test_days_in_the_wrong_order_are_refused(analyst, path):
    page = analyst.get(path, {"start": "2026-03-02", "end": "2026-03-01"}).content.decode()

    assert "before it starts" in page
    assert "As of" not in page


@pytest.fixture
def enrollment():
    """A customer came past a mail that was opened."""
    enrollment = EnrollmentFactory(
        version=CampaignVersionFactory(campaign__key="spring", state="live"), entered_at=NOW - timedelta(days=3),
        converted_at=NOW - timedelta(days=1),
    )  # fmt: skip
    run = StepRunFactory(enrollment=enrollment, step="rest", kind="wait", state="done", due_at=NOW - timedelta(days=2))
    DeliveryFactory(
        run=run, state="opened", planned_at=NOW - timedelta(days=2), opened_at=NOW - timedelta(days=1),
        accepted_at=NOW - timedelta(days=2), ended_at=NOW - timedelta(days=1),
    )  # fmt: skip
    return enrollment


def test_one_campaign_has_its_steps_versions_and_time(analyst, enrollment):
    def asked(chart):
        return rows_of(analyst, CAMPAIGNS, chart, campaign="spring")

    assert [(row["Step"], row["Came past"], row["Sent"]) for row in asked("steps")] == [("1. Rest", "1", "1")]
    assert [row["Reached the goal"] for row in asked("versions")] == ["1 of 1"]
    assert [row["Whole days after entry"] for row in asked("time-to-goal")] == ["2"]


def test_all_campaigns_are_listed_and_lead_to_each(analyst, enrollment):
    page = analyst.get(CAMPAIGNS).content.decode()

    assert f"{CAMPAIGNS}?campaign=spring" in page
    assert "No holdout: cannot tell whether it worked." in page


def test_a_campaign_that_is_not_there_is_refused(analyst):
    assert "Select a valid choice" in analyst.get(CAMPAIGNS, {"campaign": "nothing"}).content.decode()


def test_figures_of_charts_are_json(analyst, enrollment):
    charts = analyst.get(CAMPAIGNS, {"campaign": "spring"}).context["said"].charts

    assert any(chart.traces for chart in charts)
    for chart in charts:
        assert json.loads(json.dumps(chart.figure)).keys() == chart.figure.keys()
        assert chart.summary or not chart.traces


def test_the_api_tells_campaigns(analyst, enrollment):
    told = analyst.get(f"{API}/campaigns").json()

    [one] = told["campaigns"]
    assert (one["key"], one["enrollments"]["enrolled"], one["messages"]["opened"]) == ("spring", 1, 1)
    assert one["enrollments"]["converted"] == 1
    assert one["says"] == "No holdout: cannot tell whether it worked."
    assert analyst.get(f"{API}/campaigns/spring").json()["result"]["versions"]


def test_the_api_tells_managers(analyst):
    owner = somebody("Success manager", username="ann")
    CustomerFactory.create_batch(5, owner=owner)

    told = analyst.get(f"{API}/success-managers").json()

    figures = {one["name"]: one["figures"] for one in told["managers"]}["ann"]
    assert figures["customers"] == {"value": 5, "n": 5}
    assert figures["at_risk"] == {"value": None, "n": 0}
    assert told["medians"]["customers"] == 5


@pytest.mark.parametrize("path", ["campaigns", "success-managers"])
@pytest.mark.parametrize("asked", ["start=tomorrow", "start=2026-03-02&end=2026-03-01", "since=2026-03-01"])
def test_the_api_refuses_what_it_does_not_understand(analyst, path, asked):
    assert analyst.get(f"{API}/{path}?{asked}").status_code == 400


def test_the_api_knows_no_other_campaign(analyst):
    assert analyst.get(f"{API}/campaigns/nothing").status_code == 404


def test_the_api_tells_a_portfolio_of_its_own(enrollment):
    me = signed_in(somebody("Success manager"))

    assert me.get(f"{API}/campaigns").json()["campaigns"] == []
    assert me.get(f"{API}/campaigns/spring").json()["result"]["enrollments"]["enrolled"] == 0


def test_a_campaign_leads_to_its_results(enrollment):
    page = f"/admin/campaigns/campaign/{enrollment.campaign_id}/change/"
    link = f"{CAMPAIGNS}?campaign=spring"

    assert link in signed_in(somebody("Marketer")).get(page).content.decode()

    stranger = UserFactory(is_staff=True)
    stranger.user_permissions.add(Permission.objects.get(codename="view_campaign"))
    answer = signed_in(stranger).get(page)
    assert answer.status_code == 200
    assert link not in answer.content.decode()


def test_opened_is_of_the_same_emails_in_the_list_of_campaigns_and_in_the_results(analyst, enrollment):
    now = timezone.now()
    for state, opened_at in (("delivered", None), ("bounced", None), ("skipped", None)):
        run = StepRunFactory(enrollment=enrollment, step=state, kind="email", state="done")
        ended = {"ended_at": now, "accepted_at": None if state == "skipped" else now}
        DeliveryFactory(run=run, state=state, planned_at=now - timedelta(days=1), opened_at=opened_at, **ended)

    listed = signed_in(somebody("Marketer")).get("/admin/campaigns/campaign/").content.decode()

    [row] = rows_of(analyst, CAMPAIGNS, "campaigns")
    assert row["Opened"] == "1 of 2"
    assert "1 (50%)" in listed
