"""Accounts over the API: opened, read, changed, closed, each in the caller's portfolio."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customer_success.models import Account, SuccessProfile, TierChange
from lifecycle.models import Customer, Transition
from tests.api.conftest import walk
from tests.customer_success.cast import API, client_of, member, opened, speaking_for
from tests.factories import CustomerFactory, CustomerHealthFactory, TeamFactory, UserFactory
from tests.lifecycle.stage import event, send

CUSTOMERS = f"{API}/customers"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ground")]


@pytest.fixture
def mia():
    return member("mia")


@pytest.fixture
def api(mia):
    return speaking_for(mia)


@pytest.fixture
def boss():
    return client_of("berta", "Administrator")


def fields_of(answer):
    assert answer.status_code == 400, answer.json()
    return {one["field"]: one["message"] for one in answer.json()["errors"]}


class TestOpening:
    def test_creates_the_customer_with_all_that_is_told(self, api, mia):
        answer = api.post(
            CUSTOMERS,
            {
                "external_id": "acme", "name": "Acme", "email": "it@acme.example", "plan": "gold",
                "product_tag": "PT_002", "timezone": "Asia/Tokyo", "annual_revenue": 25000.5, "labels": ["pilot"],
                "contract_start_date": "2026-01-01", "contract_end_date": "2026-12-31", "total_policies": 3,
                "active_policies": 2, "churn_risk": "LOW", "last_contact_at": "2026-01-31T12:00:00Z",
            },
        )  # fmt: skip

        assert answer.status_code == 201, answer.json()
        body = answer.json()
        assert (body["name"], body["email"], body["timezone"]) == ("Acme", "it@acme.example", "Asia/Tokyo")
        assert (body["tier"], body["status"], body["annual_revenue"]) == ("MID_MARKET", "ONBOARDING", 25000.5)
        assert (body["owner"]["username"], body["health"], body["labels"]) == ("mia", None, ["pilot"])
        assert body["profile"]["onboarding_status"] == "NOT_STARTED"
        assert api.get(f"{CUSTOMERS}/{body['id']}").json() == body

    def test_takes_a_customer_that_is_there(self, boss):
        send(event("acme", "identify", name="Acme"))
        customer = Customer.objects.get()

        body = boss.post(CUSTOMERS, {"external_id": "acme"}).json()

        assert (body["id"], body["name"], body["tier"], body["owner"]) == (customer.id, "Acme", None, None)

    def test_refuses_an_account_that_is_there(self, boss):
        opened("acme", traits={"name": "Acme"})

        answer = boss.post(CUSTOMERS, {"external_id": "acme", "name": "Other"})

        assert answer.status_code == 409
        assert "is an account already" in answer.json()["detail"]
        assert Customer.objects.get().name == "Acme"

    def test_leaves_the_customers_of_others_alone(self, api):
        CustomerFactory(external_id="acme", owner=UserFactory())

        answer = api.post(CUSTOMERS, {"external_id": "acme"})

        assert answer.status_code == 409
        assert not Account.objects.exists()

    def test_takes_tier_and_status_by_hand(self, boss):
        body = boss.post(
            CUSTOMERS, {"external_id": "acme", "annual_revenue": 1, "tier": "ENTERPRISE", "status": "ACTIVE"}
        ).json()

        assert (body["tier"], body["status"]) == ("ENTERPRISE", "ACTIVE")
        assert (TierChange.objects.get().reason, Transition.objects.get().reason) == ("Account opened",) * 2

    def test_an_owner_is_for_those_who_assign(self, api, boss, mia):
        other = UserFactory()

        assert fields_of(api.post(CUSTOMERS, {"external_id": "a", "owner": other.id})).keys() == {"owner"}
        assert fields_of(boss.post(CUSTOMERS, {"external_id": "a", "owner": 10**8})).keys() == {"owner"}
        assert boss.post(CUSTOMERS, {"external_id": "a", "owner": mia.id}).json()["owner"]["id"] == mia.id

    def test_an_owner_does_not_replace_another_one(self, boss, mia):
        CustomerFactory(external_id="acme", owner=UserFactory(username="olga"))

        answer = boss.post(CUSTOMERS, {"external_id": "acme", "owner": mia.id})

        assert answer.status_code == 409
        assert "is with olga already" in answer.json()["detail"]
        assert not Account.objects.exists()

    def test_a_lead_who_names_nobody_leaves_the_customer_with_the_one_who_has_it(self, mia):
        team = TeamFactory()
        team.members.add(mia)
        team.leads.add(lead := member("lea", "Success lead"))
        CustomerFactory(external_id="acme", owner=mia)

        answer = speaking_for(lead).post(CUSTOMERS, {"external_id": "acme"})

        assert answer.json()["owner"]["id"] == mia.id

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "external_id"), ({"external_id": ""}, "external_id"), ({"external_id": 7}, "external_id"),
            ({"external_id": "x" * 201}, "external_id"), ({"external_id": "a\x00"}, "external_id"),
            ({"external_id": "a", "annual_revenue": -1}, "annual_revenue"),
            ({"external_id": "a", "annual_revenue": "many"}, "annual_revenue"),
            ({"external_id": "a", "annual_revenue": True}, "annual_revenue"),
            ({"external_id": "a", "annual_revenue": 1e300}, "annual_revenue"),
            ({"external_id": "a", "tier": "GOLD"}, "tier"), ({"external_id": "a", "status": "GONE"}, "status"),
            ({"external_id": "a", "email": "nobody"}, "email"), ({"external_id": "a", "timezone": "Mars"}, "timezone"),
            ({"external_id": "a", "labels": "pilot"}, "labels"),
            ({"external_id": "a", "labels": ["x" * 41]}, "labels.0"),
            ({"external_id": "a", "renewal_date": "soon"}, "renewal_date"),
            ({"external_id": "a", "last_contact_at": "2026-01-31"}, "last_contact_at"),
            ({"external_id": "a", "last_contact_at": "2199-01-31T08:00:00Z"}, "last_contact_at"),
            (
                {"external_id": "a", "contract_start_date": "2026-02-01", "renewal_date": "2026-01-31"},
                "renewal_date",
            ),
            ({"external_id": "a", "total_policies": -1}, "total_policies"),
            ({"external_id": "a", "total_policies": 2**31}, "total_policies"),
            ({"external_id": "a", "total_policies": 1, "active_policies": 2}, "active_policies"),
            (
                {"external_id": "a", "contract_start_date": "2026-02-01", "contract_end_date": "2026-01-01"},
                "contract_end_date",
            ),
            ({"external_id": "a", "colour": "red"}, "colour"),
        ],
    )  # fmt: skip
    def test_names_the_field_that_is_wrong(self, body, field, boss):
        assert fields_of(boss.post(CUSTOMERS, body)).keys() == {field}
        assert not Customer.objects.exists()

    @pytest.mark.parametrize("body", [[], "x", None, 7])
    def test_refuses_what_is_no_object(self, body, boss):
        assert boss.post(CUSTOMERS, body, format="json").status_code == 400


class TestChanging:
    def test_put_replaces_as_a_whole(self, api, mia):
        customer = opened("acme", owner=mia, industry="Rail", annual_revenue=Decimal(6000), traits={"name": "Acme"})

        body = api.put(f"{CUSTOMERS}/{customer.id}", {"lifetime_value": 5, "email": "it@acme.example"}).json()

        assert (body["industry"], body["annual_revenue"], body["lifetime_value"], body["labels"]) == (None, None, 5, [])
        assert (body["name"], body["email"]) == (None, "it@acme.example")
        assert (body["tier"], body["status"]) == ("SMALL_BUSINESS", "ONBOARDING")

    def test_patch_leaves_the_rest(self, api, mia):
        customer = opened("acme", owner=mia, industry="Rail", traits={"name": "Acme"})

        body = api.patch(f"{CUSTOMERS}/{customer.id}", {"annual_revenue": 100_000}).json()

        assert (body["name"], body["industry"], body["tier"]) == ("Acme", "Rail", "ENTERPRISE")

    def test_tier_and_status_need_a_reason(self, api, mia):
        customer = opened("acme", owner=mia)
        address = f"{CUSTOMERS}/{customer.id}"

        assert fields_of(api.patch(address, {"tier": "TRIAL"})).keys() == {"reason"}
        assert fields_of(api.patch(address, {"status": "ACTIVE", "reason": " "})).keys() == {"reason"}
        body = api.patch(address, {"tier": "TRIAL", "status": "ACTIVE", "reason": "Went live"}).json()

        assert (body["tier"], body["status"]) == ("TRIAL", "ACTIVE")
        assert Transition.objects.latest("id").reason == TierChange.objects.latest("id").reason == "Went live"

    def test_what_is_so_already_needs_none(self, api, mia):
        customer = opened("acme", owner=mia, tier="TRIAL")

        assert api.patch(f"{CUSTOMERS}/{customer.id}", {"tier": "TRIAL", "status": "ONBOARDING"}).status_code == 200

    def test_limits_count_what_was_there(self, api, mia):
        customer = opened("acme", owner=mia, total_policies=2)

        assert fields_of(api.patch(f"{CUSTOMERS}/{customer.id}", {"active_policies": 3})).keys() == {"active_policies"}
        assert Account.objects.get().active_policies is None


class TestClosing:
    def test_moves_to_churned_once(self, api, mia):
        customer = opened("acme", owner=mia)
        address = f"{CUSTOMERS}/{customer.id}"

        assert api.delete(address).status_code == 204
        assert api.get(address).json()["status"] == "CHURNED"
        assert api.delete(address).status_code == 409
        assert Transition.objects.latest("id").by == mia


class TestPortfolio:
    @pytest.mark.parametrize(
        ("method", "path"),
        [(method, path) for path in ("", "/profile") for method in ("get", "put", "patch")] + [("delete", "")],
    )
    def test_accounts_of_others_are_not_there(self, method, path, api):
        customer = opened("acme", owner=UserFactory())

        assert getattr(api, method)(f"{CUSTOMERS}/{customer.id}{path}", {}, format="json").status_code == 404

    def test_lists_hold_the_own_ones(self, api, mia, boss):
        mine, other = opened("acme", owner=mia), opened("bolt")

        assert [one["id"] for one in api.get(CUSTOMERS).json()["results"]] == [mine.id]
        assert [one["id"] for one in boss.get(CUSTOMERS).json()["results"]] == [other.id, mine.id]

    def test_customers_without_an_account_are_not_there(self, boss):
        assert boss.get(f"{CUSTOMERS}/{CustomerFactory().id}").status_code == 404

    def test_reading_is_no_writing(self):
        analyst = client_of("anna", "Analyst")
        customer = opened("acme")
        address = f"{CUSTOMERS}/{customer.id}"

        assert analyst.get(address).status_code == 200
        for answer in (
            analyst.post(CUSTOMERS, {"external_id": "x"}), analyst.put(address, {}), analyst.delete(address),
            analyst.put(f"{address}/profile", {}),
        ):  # fmt: skip
            assert answer.status_code == 403

    def test_strangers_see_nothing(self):
        sam = UserFactory()
        for path in ("customers", "customers/1", "customers/1/profile", "statistics", "onboarding-metrics"):
            assert speaking_for(sam).get(f"{API}/{path}").status_code == 403


class TestList:
    @pytest.fixture
    def two(self, mia):
        today = timezone.now().date()
        first = opened("acme", owner=mia, annual_revenue=Decimal(200_000), renewal_date=today, churn_risk="HIGH",
                       traits={"name": "Acme"})  # fmt: skip
        second = opened("bolt", status="ACTIVE", renewal_date=today + timedelta(days=30))
        CustomerHealthFactory(customer=first, score=30, level="POOR")
        SuccessProfile.objects.filter(account=second.account).update(onboarding_status="COMPLETED")
        return {"first": first.id, "second": second.id, "mia": mia.id, "today": today}

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ("tier=ENTERPRISE", "first"), ("status=ACTIVE", "second"), ("status=ONBOARDING", "first"),
            ("csm={mia}", "first"), ("churn_risk=HIGH", "first"), ("health_level=POOR", "first"),
            ("onboarding_status=COMPLETED", "second"), ("renewal_before={soon}", "first"),
            ("renewal_after={soon}", "second"), ("search=acm", "first"), ("search=BOL", None), ("search=bol", "second"),
            ("tier=TRIAL", None),
        ],
    )  # fmt: skip
    def test_can_be_narrowed(self, asked, expected, two, boss):
        query = asked.format(mia=two["mia"], soon=two["today"] + timedelta(days=1))

        found = [one["id"] for one in boss.get(f"{CUSTOMERS}?{query}").json()["results"]]

        assert found == ([two[expected]] if expected else [])

    @pytest.mark.parametrize(
        "query", ["tier=GOLD", "status=x", "csm=me", "csm=0", "renewal_before=soon", "search=", "search=%00", "page=1"]
    )
    def test_refuses_what_it_does_not_know(self, query, boss):
        assert query.split("=")[0] in fields_of(boss.get(f"{CUSTOMERS}?{query}"))

    def test_costs_the_same_for_many(self, boss):
        for number in range(3):
            opened(f"customer-{number}")
        boss.get(CUSTOMERS)
        few = queries_of(boss, f"{CUSTOMERS}?page_size=1")

        assert queries_of(boss, CUSTOMERS) == few
        assert len([row for page in walk(boss, f"{CUSTOMERS}?page_size=2") for row in page]) == 3


def queries_of(client, path):
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_whoever_sees_everybody_may_be_given_that_alone():
    user = member("lea")
    user.user_permissions.add(Permission.objects.get(codename="view_every_customer"))
    customer = opened("acme", renewal_date=date(2030, 1, 1))

    assert speaking_for(user).get(f"{CUSTOMERS}/{customer.id}").json()["renewal_date"] == "2030-01-01"
