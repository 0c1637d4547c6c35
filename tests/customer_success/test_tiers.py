"""Tiers: by revenue, by hand, by events, and what is remembered of each change."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from customer_success.engine.accounts import AccountText, update_account
from customer_success.engine.tasks import finish_task
from customer_success.engine.tiers import (
    TierNotChanged,
    fitting_tier,
    load_policies,
    note_changed_tiers,
    set_tier,
)
from customer_success.models import CustomerTier, Task, TaskType, TierChange, TierPolicy
from customer_success.rules.tiers import ORDER, is_upgrade, problems_of, tier_of
from lifecycle.models import Customer
from lifecycle.rules.traits import TIERS
from tests.factories import UserFactory
from tests.lifecycle.stage import NOW, event, send

from .cast import opened

BEGINS = {
    "ENTERPRISE": Decimal(100_000), "MID_MARKET": Decimal(25_000), "SMALL_BUSINESS": Decimal(5_000), "TRIAL": Decimal(0)
}  # fmt: skip
LATER = NOW + timedelta(minutes=1)


def new_revenue(customer: Customer, revenue: object, *, now: object = LATER) -> Customer:
    values = {"annual_revenue": None if revenue is None else Decimal(str(revenue))}
    update_account(account=customer.account, text=AccountText(values), by=None, now=now)  # type: ignore[arg-type]
    return Customer.objects.get(id=customer.id)


class TestRules:
    @pytest.mark.parametrize(
        ("revenue", "tier"),
        [
            ("0", "TRIAL"), ("4999.99", "TRIAL"), ("5000", "SMALL_BUSINESS"), ("24999.99", "SMALL_BUSINESS"),
            ("25000", "MID_MARKET"), ("99999.99", "MID_MARKET"), ("100000", "ENTERPRISE"), ("1e9", "ENTERPRISE"),
        ],
    )  # fmt: skip
    def test_a_tier_starts_at_its_own_revenue(self, revenue, tier):
        assert tier_of(Decimal(revenue), BEGINS) == tier

    def test_below_all_tiers_there_is_none(self):
        assert tier_of(Decimal(1), {"ENTERPRISE": Decimal(2)}) is None

    def test_the_codes_are_those_of_the_traits(self):
        assert tuple(CustomerTier.values) == ORDER == tuple(TIERS)
        assert dict(CustomerTier.choices) == dict(TIERS)

    def test_knows_up_from_down(self):
        assert is_upgrade("TRIAL", "ENTERPRISE")
        assert is_upgrade(None, "TRIAL")
        assert not is_upgrade("ENTERPRISE", "MID_MARKET")
        assert not is_upgrade("TRIAL", "TRIAL")

    def test_higher_tiers_begin_higher_and_the_lowest_at_nothing(self):
        assert list(problems_of(BEGINS)) == []
        assert "Enterprise has to begin above Mid-market" in next(
            problems_of({**BEGINS, "ENTERPRISE": Decimal(25_000)})
        )
        assert "has to begin at 0" in next(problems_of({**BEGINS, "TRIAL": Decimal(1)}))


@pytest.mark.usefixtures("ground")
class TestPolicies:
    def test_are_shipped_once(self):
        TierPolicy.objects.filter(tier="TRIAL").update(response_hours=72)

        assert load_policies() == []
        assert TierPolicy.objects.get(tier="TRIAL").response_hours == 72

    def test_promise_what_the_spec_says(self):
        found = TierPolicy.objects.values_list(
            "tier", "from_revenue", "accounts_per_manager", "response_hours", "onboarding_days", "first_month_reviews",
            "reviews",
        )  # fmt: skip

        assert list(found) == [
            ("ENTERPRISE", 100_000, 1, 2, 45, "WEEKLY", ["MONTHLY"]),
            ("MID_MARKET", 25_000, 5, 4, 40, "", ["MONTHLY"]),
            ("SMALL_BUSINESS", 5_000, 20, 24, 30, "", ["QUARTERLY"]),
            ("TRIAL", 0, None, 48, None, "", []),
        ]

    def test_decide_which_tier_fits(self):
        TierPolicy.objects.filter(tier="MID_MARKET").update(from_revenue=30_000)

        assert fitting_tier(Decimal(29_999)) == "SMALL_BUSINESS"


@pytest.mark.usefixtures("ground")
class TestRevenue:
    def test_a_new_account_is_in_the_tier_of_its_revenue(self):
        customer = opened("ann", annual_revenue=Decimal(30_000))

        change = TierChange.objects.get()
        assert customer.tier == "MID_MARKET"
        assert (change.from_tier, change.to_tier, change.annual_revenue) == (None, "MID_MARKET", 30_000)
        assert (change.by, change.reason, change.changed_at) == (None, "Annual revenue of 30,000.00", NOW)

    def test_a_higher_tier_comes_at_once(self):
        customer = new_revenue(opened("ann", annual_revenue=Decimal(30_000)), 100_000)

        assert customer.tier == "ENTERPRISE"
        assert TierChange.objects.first().from_tier == "MID_MARKET"  # type: ignore[union-attr]
        assert not Task.objects.exists()

    def test_a_lower_tier_waits_for_the_owner(self):
        owner = UserFactory()
        customer = new_revenue(opened("ann", owner=owner, annual_revenue=Decimal(30_000)), "4999.99")

        task = Task.objects.get()
        assert customer.tier == "MID_MARKET"
        assert (task.type, task.owner, task.customer) == (TaskType.TIER_REVIEW, owner, customer)
        assert "4,999.99" in task.notes
        assert "Trial" in task.notes

    def test_asks_once_a_change_and_no_longer_for_the_revenue_before(self):
        customer = opened("ann", annual_revenue=Decimal(30_000))
        states = []
        for revenue in (6_000, 30_000, 6_000, "6000.00", 7_000):
            customer = new_revenue(customer, revenue)
            states.append(list(Task.objects.order_by("id").values_list("state", flat=True)))

        gone = "DROPPED"
        assert states == [["OPEN"], [gone], [gone, "OPEN"], [gone, "OPEN"], [gone, gone, "OPEN"]]

    def test_asks_again_for_a_revenue_that_somebody_has_decided_upon_before(self):
        customer = new_revenue(opened("ann", annual_revenue=Decimal(30_000)), 6_000)
        finish_task(task=Task.objects.get(), outcome="Stays", by=UserFactory(), now=LATER)
        for minutes, revenue in enumerate((30_000, 6_000), start=1):
            customer = new_revenue(customer, revenue, now=LATER + timedelta(minutes=minutes))

        assert list(Task.objects.order_by("id").values_list("state", flat=True)) == ["DONE", "OPEN"]

    def test_a_tier_by_hand_stays_until_the_revenue_changes(self):
        customer = opened("ann", annual_revenue=Decimal(6_000), tier="TRIAL")
        assert customer.tier == "TRIAL"

        assert new_revenue(customer, 6_000).tier == "TRIAL"
        assert new_revenue(customer, 6_001, now=LATER + timedelta(minutes=1)).tier == "SMALL_BUSINESS"

    def test_a_revenue_that_is_no_longer_known_changes_nothing(self):
        assert new_revenue(opened("ann", annual_revenue=Decimal(30_000)), None).tier == "MID_MARKET"


@pytest.mark.usefixtures("ground")
class TestByHand:
    def test_changes_the_tier_and_writes_history(self):
        boss = UserFactory()
        customer = opened("ann", annual_revenue=Decimal(30_000))

        set_tier(customer=customer, tier="ENTERPRISE", reason=" Strategic ", by=boss, now=LATER)

        change = TierChange.objects.first()
        assert Customer.objects.get().tier == "ENTERPRISE"
        assert (change.from_tier, change.to_tier, change.reason, change.by) == (  # type: ignore[union-attr]
            "MID_MARKET", "ENTERPRISE", "Strategic", boss,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("tier", "reason", "sentence"),
        [
            ("GOLD", "Because", "no tier “GOLD”"), ("MID_MARKET", "Because", "in Mid-market already"),
            ("TRIAL", " ", "A reason is needed"), ("TRIAL", "x" * 501, "500"), ("TRIAL", "a\x00b", "NUL"),
        ],
    )  # fmt: skip
    def test_refuses_with_a_sentence(self, tier, reason, sentence):
        customer = opened("ann", annual_revenue=Decimal(30_000))

        with pytest.raises(TierNotChanged, match=sentence):
            set_tier(customer=customer, tier=tier, reason=reason, by=None, now=LATER)

        assert TierChange.objects.count() == 1

    def test_outlives_events_that_say_nothing_of_it(self):
        customer = opened("ann")
        set_tier(customer=customer, tier="ENTERPRISE", reason="Strategic", by=None, now=LATER)

        send(event("ann", "identify", LATER, name="Ann"), now=LATER)

        customer.refresh_from_db()
        assert (customer.tier, customer.name) == ("ENTERPRISE", "Ann")


@pytest.mark.usefixtures("ground")
class TestByEvent:
    def test_is_noted_once(self):
        send(event("ann", "identify", tier="ENTERPRISE"), event("bob", "login"))

        assert note_changed_tiers(now=LATER) == 1
        assert note_changed_tiers(now=LATER) == 0
        change = TierChange.objects.get()
        assert (change.customer.external_id, change.from_tier, change.to_tier) == ("ann", None, "ENTERPRISE")
        assert change.reason == "Told by an event"

    def test_is_noted_when_it_goes(self):
        opened("ann", annual_revenue=Decimal(30_000))
        send(event("ann", "identify", LATER, tier=None), now=LATER)

        assert note_changed_tiers(now=LATER) == 1
        assert TierChange.objects.first().to_tier is None  # type: ignore[union-attr]

    def test_what_people_changed_is_on_record_already(self):
        opened("ann", annual_revenue=Decimal(30_000))

        assert note_changed_tiers(now=LATER) == 0
