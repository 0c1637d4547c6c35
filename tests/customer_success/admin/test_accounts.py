"""The pages of accounts, profiles, success metrics and tiers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from customer_success.models import Account, Stakeholder, SuccessMetrics, SuccessProfile, TierPolicy, ValueMetric
from lifecycle.models import Customer, Transition
from tests.customer_success.cast import member, opened, signed_in
from tests.factories import CustomerFactory, CustomerHealthFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ground")]


@pytest.fixture
def mia():
    return member("mia")


@pytest.fixture
def desk(mia):
    return signed_in(mia)


@pytest.fixture
def boss():
    return signed_in(UserFactory(username="berta", is_staff=True, is_superuser=True))


@pytest.fixture
def acme(mia):
    return opened("acme", owner=mia, annual_revenue=Decimal(30_000), traits={"name": "Acme"})


def page(model, what, *args):
    return reverse(f"admin:customer_success_{model}_{what}", args=args)


def told(answer):
    found = [str(one) for one in get_messages(answer.wsgi_request) if one.level_tag == "error"]
    return " ".join(found)


def errors_of(answer):
    assert answer.status_code == 200, answer
    return answer.context["adminform"].form.errors


class TestList:
    def test_shows_the_portfolio(self, desk, acme):
        CustomerHealthFactory(customer=acme, score=82, level="EXCELLENT")
        opened("not-hers")

        text = desk.get(page("account", "changelist")).content.decode()

        for word in ("Acme", "Mid-market", "Onboarding", "Excellent", "mia", "30,000.00"):
            assert word in text
        assert "not-hers" not in text

    @pytest.mark.parametrize(
        ("query", "is_found"),
        [
            ("q=acm", True), ("q=zzz", False), ("status=ONBOARDING", True), ("status=ACTIVE", False),
            ("customer__tier__exact=MID_MARKET", True), ("customer__tier__exact=TRIAL", False),
            ("customer__health__level__exact=POOR", False),
        ],
    )  # fmt: skip
    def test_can_be_narrowed(self, query, is_found, desk, acme):
        answer = desk.get(f"{page('account', 'changelist')}?{query}")

        assert [row.pk for row in answer.context["cl"].result_list] == ([acme.id] if is_found else [])

    @pytest.mark.parametrize(
        ("days", "is_found"), [(None, False), (-1, False), (0, True), (89, True), (90, False)], ids=str
    )
    @pytest.mark.parametrize("field", ["renewal_date", "contract_end_date"])
    def test_finds_those_that_renew_in_the_next_days(self, field, days, is_found, desk, acme):
        day = None if days is None else timezone.now().date() + timedelta(days=days)
        Account.objects.update(**{field: day})

        answer = desk.get(page("account", "changelist"), {"renewal": "90"})

        assert [row.pk for row in answer.context["cl"].result_list] == ([acme.id] if is_found else [])

    def test_an_agreed_renewal_counts_and_not_the_end_of_the_contract(self, desk, acme):
        today = timezone.now().date()
        Account.objects.update(renewal_date=today + timedelta(days=200), contract_end_date=today)

        for query in ({"renewal": "90"}, {"renewal": "soon"}):
            assert not desk.get(page("account", "changelist"), query).context["cl"].result_list

    def test_says_how_accounts_come_where_there_are_none(self, desk):
        assert "open_accounts" in desk.get(page("account", "changelist")).content.decode()


class TestOpening:
    def test_makes_a_new_customer_the_callers_account(self, desk, mia):
        answer = desk.post(
            page("account", "add"), {"external_id": "acme", "name": "Acme", "annual_revenue": "5000", "labels": "a, b"}
        )

        assert answer.status_code == 302
        account = Account.objects.get()
        assert (account.customer.name, account.customer.tier, account.customer.owner) == ("Acme", "SMALL_BUSINESS", mia)
        assert account.labels == ["a", "b"]
        assert account.profile

    def test_takes_a_customer_that_is_there(self, boss, mia):
        customer = CustomerFactory()

        assert (
            boss.post(page("account", "add"), {"customer": customer.id, "owner": mia.id, "tier": "TRIAL"}).status_code
            == 302
        )
        customer = Customer.objects.get()
        assert (customer.owner, customer.tier, customer.account.pk) == (mia, "TRIAL", customer.id)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "external_id"), ({"external_id": "a", "email": "x"}, "email"),
            ({"external_id": "a\x00"}, "external_id"),
            ({"external_id": "a", "timezone": "Mars"}, "timezone"), ({"external_id": "x" * 201}, "external_id"),
            ({"external_id": "a", "annual_revenue": "-1"}, "annual_revenue"), ({"customer": "999999"}, "customer"),
            ({"external_id": "a", "total_policies": "1", "active_policies": "2"}, "__all__"),
        ],
    )  # fmt: skip
    def test_says_at_the_field_what_is_wrong(self, body, field, desk):
        assert field in errors_of(desk.post(page("account", "add"), body))
        assert not Customer.objects.exists()

    def test_refuses_the_customers_of_others(self, desk):
        other = CustomerFactory(owner=UserFactory())

        assert "customer" in errors_of(desk.post(page("account", "add"), {"customer": other.id}))
        assert "external_id" in errors_of(desk.post(page("account", "add"), {"external_id": other.external_id}))

    def test_refuses_an_account_that_is_there(self, boss, desk, acme):
        assert "customer" in errors_of(boss.post(page("account", "add"), {"customer": acme.id}))
        answer = desk.post(page("account", "add"), {"external_id": "acme"}, follow=True)
        assert "is an account already" in str(next(iter(get_messages(answer.wsgi_request))))


class TestChanging:
    def test_a_new_revenue_leads_to_a_new_tier(self, desk, acme):
        answer = desk.post(page("account", "change", acme.id), {"annual_revenue": "100000", "labels": ""}, follow=True)

        assert Customer.objects.get().tier == "ENTERPRISE"
        assert "Mid-market → Enterprise" in desk.get(page("account", "change", acme.id)).content.decode()
        assert answer.status_code == 200

    def test_the_accounts_of_others_are_not_there(self, desk):
        other = opened("bolt")

        for way in ("change", "change_tier", "close", "profile"):
            name = "change" if way == "change" else way
            address = page("account", name, other.id) if way == "change" else action(way, other)
            assert desk.get(address).status_code in {302, 404}
            desk.post(address, {"tier": "TRIAL", "reason": "x"})
        other.refresh_from_db()
        assert other.tier is None
        assert desk.get(page("successprofile", "change", other.id)).status_code == 302

    def test_a_tier_by_hand_needs_a_reason(self, desk, acme):
        assert "This field is required" in desk.post(action("change_tier", acme), {"tier": "TRIAL"}).content.decode()
        same = desk.post(action("change_tier", acme), {"tier": "MID_MARKET", "reason": "x"})
        assert "already" in same.content.decode()

        assert desk.post(action("change_tier", acme), {"tier": "TRIAL", "reason": "Asked"}).status_code == 302
        assert Customer.objects.get().tier == "TRIAL"

    def test_closing_moves_to_churned_once(self, desk, acme, mia):
        assert desk.get(action("close", acme)).status_code == 200
        assert desk.post(action("close", acme), {"reason": "Left"}).status_code == 302
        assert "already" in desk.post(action("close", acme), {"reason": "Left"}).content.decode()
        move = Transition.objects.latest("id")
        assert (move.to_tag.code, move.reason, move.by) == ("CHURNED", "Left", mia)

    def test_nothing_is_deleted(self, boss, acme):
        assert boss.post(page("account", "delete", acme.id), {"post": "yes"}).status_code == 403


def action(name, customer):
    return reverse(f"admin:customer_success_account_{name}", args=[customer.id])


class TestProfile:
    def form(self, **more):
        plain = {
            "onboarding_status": "IN_PROGRESS", "integration_status": "NOT_STARTED",
            "data_migration_status": "NOT_STARTED", "value_metrics-TOTAL_FORMS": "0",
            "value_metrics-INITIAL_FORMS": "0", "stakeholders-TOTAL_FORMS": "0", "stakeholders-INITIAL_FORMS": "0",
        }  # fmt: skip
        return {**plain, **more}

    def test_is_written_with_its_rows(self, desk, acme):
        answer = desk.post(page("successprofile", "change", acme.id), self.form(**{
            "business_objectives": "Fewer tickets, faster\r\n\r\nLess paper", "features_used": "1",
            "features_available": "4", "value_metrics-TOTAL_FORMS": "2", "value_metrics-0-name": "Tickets",
            "value_metrics-0-baseline": "10", "value_metrics-0-target": "0", "value_metrics-0-current": "5",
            "stakeholders-TOTAL_FORMS": "1", "stakeholders-0-name": "The sponsor",
            "stakeholders-0-role": "EXECUTIVE_SPONSOR",
        }))  # fmt: skip

        assert answer.status_code == 302
        profile = SuccessProfile.objects.get()
        assert profile.business_objectives == ["Fewer tickets, faster", "Less paper"]
        assert (profile.onboarding_status, ValueMetric.objects.get().name) == ("IN_PROGRESS", "Tickets")
        text = desk.get(page("successprofile", "change", acme.id)).content.decode()
        assert "25%" in text
        assert "50%" in text

    def test_rows_that_are_taken_out_go(self, desk, acme):
        self.test_is_written_with_its_rows(desk, acme)
        row, person = ValueMetric.objects.get(), Stakeholder.objects.get()

        desk.post(page("successprofile", "change", acme.id), self.form(**{
            "value_metrics-TOTAL_FORMS": "1", "value_metrics-INITIAL_FORMS": "1", "value_metrics-0-id": row.id,
            "value_metrics-0-name": "Tickets", "value_metrics-0-DELETE": "on", "stakeholders-TOTAL_FORMS": "1",
            "stakeholders-INITIAL_FORMS": "1", "stakeholders-0-id": person.id, "stakeholders-0-name": "Another",
            "stakeholders-0-role": "TECHNICAL",
        }))  # fmt: skip

        assert not ValueMetric.objects.exists()
        assert Stakeholder.objects.get().name == "Another"

    def test_rows_that_were_not_touched_stay_as_somebody_else_wrote_them(self, desk, acme):
        self.test_is_written_with_its_rows(desk, acme)
        before = set(Stakeholder.objects.values_list("id", flat=True))
        late = Stakeholder.objects.create(profile=acme.account.profile, name="Late", role="TECHNICAL")

        desk.post(page("successprofile", "change", acme.id), self.form(complaints="1"))

        assert set(Stakeholder.objects.values_list("id", flat=True)) == before | {late.id}

    def test_is_not_written_over_what_somebody_else_changed_meanwhile(self, desk, acme):
        url = page("successprofile", "change", acme.id)
        seen = desk.get(url).context["adminform"].form["seen"].value()
        assert f'value="{seen}"' in desk.get(url).content.decode()
        assert not told(desk.post(url, self.form(complaints="1", seen=seen)))

        answer = desk.post(url, self.form(complaints="2", seen=seen))

        assert "Somebody has changed the profile meanwhile" in told(answer)
        assert SuccessProfile.objects.get().complaints == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"features_used": "5", "features_available": "4"}, {"nps_score": "11"},
            {"business_objectives": "x" * 301}, {"business_objectives": "a\x00"}, {"onboarding_status": "DONE"},
        ],
    )  # fmt: skip
    def test_says_what_is_wrong(self, wrong, desk, acme):
        assert errors_of(desk.post(page("successprofile", "change", acme.id), self.form(**wrong)))

    def test_refuses_the_same_value_metric_twice(self, desk, acme):
        answer = desk.post(page("successprofile", "change", acme.id), self.form(**{
            "value_metrics-TOTAL_FORMS": "2", "value_metrics-0-name": "A", "value_metrics-1-name": "A",
        }))  # fmt: skip

        assert answer.status_code == 200
        assert not ValueMetric.objects.exists()


class TestTierPolicies:
    def change(self, client, **more):
        body = {
            "from_revenue": "100000",
            "response_hours": "2",
            "first_month_reviews": "WEEKLY",
            "reviews": ["MONTHLY"],
        }
        return client.post(page("tierpolicy", "change", "ENTERPRISE"), {**body, **more})

    def test_are_changed_by_administrators(self, boss):
        assert self.change(boss, from_revenue="90000", reviews=["MONTHLY", "EXECUTIVE"]).status_code == 302

        policy = TierPolicy.objects.get(tier="ENTERPRISE")
        assert (policy.from_revenue, policy.reviews) == (90_000, ["MONTHLY", "EXECUTIVE"])

    def test_keep_their_order(self, boss):
        assert "above Mid-market" in str(errors_of(self.change(boss, from_revenue="25000")))

    def test_are_looked_at_by_managers(self, desk):
        assert desk.get(page("tierpolicy", "changelist")).status_code == 200
        assert self.change(desk, from_revenue="90000").status_code == 403

    def test_there_are_four(self, boss):
        assert boss.get(page("tierpolicy", "add")).status_code == 403


class TestSuccessMetrics:
    def test_are_completed_by_people(self, desk, acme):
        body = {"customer": acme.id, "period_type": "MONTHLY", "period_start": "2026-01-01", "lead_volume": "12"}

        assert desk.post(page("successmetrics", "add"), body).status_code == 302
        row = SuccessMetrics.objects.get()
        assert (row.lead_volume, row.period_start) == (12, date(2026, 1, 1))
        assert row.recorded_at
        assert desk.post(page("successmetrics", "add"), body).status_code == 200
        assert desk.post(page("successmetrics", "change", row.id), {"cost_savings": "7"}).status_code == 302

    def test_of_others_are_not_written(self, desk):
        other = opened("bolt")

        body = {"customer": other.id, "period_type": "MONTHLY", "period_start": "2026-01-01"}
        assert "customer" in errors_of(desk.post(page("successmetrics", "add"), body))
