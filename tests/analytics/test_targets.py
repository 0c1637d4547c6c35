"""Targets: who sets them, in the admin and by the API, and which numbers are refused."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from threading import Barrier

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from analytics.engine.defaults import load_defaults
from analytics.engine.targets import TargetRefused, set_target
from analytics.models import KpiTarget
from analytics.rules.kpis import KPIS
from tests.factories import UserFactory
from tests.lifecycle.stage import at_once

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
URL = "/api/v1/analytics/kpis"


@pytest.fixture(autouse=True)
def _targets():
    load_defaults(now=NOW)


def person(name, group):
    user = UserFactory(username=name, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def ada():
    return person("ada", "Administrator")


@pytest.fixture
def api(ada):
    return speaking_for(ada)


def speaking_for(user):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {AuthToken.objects.create(user=user)[1]}")
    return client


def target_of(code):
    return KpiTarget.objects.get(code=code)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("mastery_rate", "140"), ("mastery_rate", "-1"), ("time_to_value", "-3"), ("nps", "101"), ("nps", "-101"),
        ("csat", "5.1"), ("csat", "0.9"), ("ces", "8"), ("case_studies", "-1"), ("nrr", "1001"),
    ],
)  # fmt: skip
def test_refuses_a_number_that_cannot_be(code, value):
    with pytest.raises(TargetRefused, match="is from"):
        set_target(target_of(code), target=Decimal(value))


@pytest.mark.parametrize(
    ("code", "value"), [("nps", "-100"), ("mastery_rate", "100"), ("nrr", "140"), ("csat", "5"), ("nps", None)]
)
def test_takes_a_number_that_can_be_and_none(ada, code, value):
    set_target(target_of(code), target=value and Decimal(value), owner=ada)

    assert (target_of(code).target, target_of(code).owner) == (value and Decimal(value), ada)


def test_shipped_targets_are_made_once_and_kept_as_they_were_changed():
    set_target(target_of("nps"), target=Decimal(10))

    assert load_defaults(now=NOW) == []
    assert target_of("nps").target == 10


def test_the_form_says_what_it_is_about_and_refuses_at_the_field(ada):
    client = Client()
    client.force_login(ada)
    url = f"/admin/analytics/kpitarget/{target_of('time_to_value').pk}/change/"

    page = client.get(url).content.decode()
    refused = client.post(url, {"target": "-3", "owner": ""})
    taken = client.post(url, {"target": "20", "owner": ada.pk})

    assert all(text in page for text in ("days, from 0 to 3,650", "Lower is better", 'value="30"', "first value"))
    assert refused.context["adminform"].form.errors == {"target": ["Time to value is from 0 to 3,650 days."]}
    assert taken.status_code == 302
    assert (target_of("time_to_value").target, target_of("time_to_value").owner) == (20, ada)


@pytest.mark.parametrize("meanwhile", [{"target": Decimal(25)}, {"owner": None}, {}], ids=["target", "owner", "nobody"])
def test_the_form_refuses_what_was_decided_upon_another_target(ada, meanwhile):
    set_target(target_of("time_to_value"), owner=ada)
    client = Client()
    client.force_login(ada)
    url = f"/admin/analytics/kpitarget/{target_of('time_to_value').pk}/change/"
    seen = re.search(r'name="seen" value="([^"]*)"', client.get(url).content.decode())[1]

    set_target(target_of("time_to_value"), **meanwhile)
    answer = client.post(url, {"target": "20", "owner": ada.pk, "seen": seen})

    if meanwhile:
        assert "Somebody has changed the target meanwhile" in answer.content.decode()
        assert target_of("time_to_value").target == meanwhile.get("target", 30)
    else:
        assert (answer.status_code, target_of("time_to_value").target) == (302, 20)


def test_the_api_lists_all_figures(api):
    found = api.get(URL).json()["results"]

    assert [one["code"] for one in found] == [kpi.code for kpi in KPIS]
    nps = next(one for one in found if one["code"] == "nps")
    assert (nps["value"], nps["n"], nps["target"], nps["standing"]) == (None, 0, 50, "unknown")
    assert nps["trend"] == {"before": None, "change": None, "is_better": None}


def test_the_api_sets_a_target_and_an_owner_each_alone(api, ada):
    api.patch(f"{URL}/nps", {"target": 42.5}, format="json")
    answer = api.patch(f"{URL}/nps", {"owner": ada.pk}, format="json")

    assert answer.json()["target"] == 42.5
    assert answer.json()["owner"] == {"id": ada.pk, "username": "ada"}
    assert (target_of("nps").target, target_of("nps").owner) == (Decimal("42.5"), ada)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_the_second_is_told():
    people = [UserFactory(is_superuser=True, is_staff=True) for _ in range(2)]
    target = target_of("time_to_value")
    start = Barrier(2)

    def save(who, value):
        client = Client()
        client.force_login(who)
        start.wait()
        return client.post(
            f"/admin/analytics/kpitarget/{target.pk}/change/",
            {"target": value, "owner": "", "seen": f"{target.target} {target.owner_id}"},
        )

    answers = at_once(*(partial(save, who, value) for who, value in zip(people, ("20", "25"), strict=True)))

    refused, taken = sorted(answers, key=lambda one: one.status_code)
    assert (refused.status_code, taken.status_code) == (200, 302)
    assert "Somebody has changed the target meanwhile" in refused.content.decode()
    assert target_of("time_to_value").target == (20 if taken is answers[0] else 25)


@pytest.mark.parametrize(
    ("body", "field"),
    [({"target": 140}, "target"), ({"target": "much"}, "target"), ({"owner": 999_999}, "owner"), ({"x": 1}, "x")],
)
def test_the_api_says_what_is_wrong(api, body, field):
    answer = api.patch(f"{URL}/mastery_rate", body, format="json")

    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert target_of("mastery_rate").target == 40


def test_the_api_knows_no_other_figure_and_no_parameters(api):
    assert api.get(f"{URL}/happiness").status_code == 404
    assert api.get(f"{URL}?area=Learning").status_code == 400


def test_who_may_not_change_reads_alone():
    manager = speaking_for(person("mia", "Success manager"))

    assert manager.get(f"{URL}/nps").status_code == 200
    assert manager.patch(f"{URL}/nps", {"target": 1}, format="json").status_code == 403
    assert target_of("nps").target == 50


def test_who_sets_a_target_keeps_an_owner_whom_somebody_set_meanwhile(ada):
    one, other = target_of("nps"), target_of("nps")

    set_target(one, owner=ada)
    set_target(other, target=Decimal(42))

    assert (target_of("nps").target, target_of("nps").owner) == (42, ada)
