"""Customers given to success managers: who may, what goes along, what is written down."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customer_success import queries
from customer_success.engine.portfolio import AssignmentRefused, assign, balance
from customer_success.models import Handover, TaskState, TaskStep
from lifecycle.models import Customer
from tests.factories import (
    AccountFactory,
    AdvocacyActivityFactory,
    BusinessReviewFactory,
    CustomerFactory,
    PlanMilestoneFactory,
    SuccessPlanFactory,
    TaskFactory,
    TeamFactory,
    TierPolicyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def manager(name):
    user = UserFactory(username=name)
    user.groups.add(Group.objects.get(name="Success manager"))
    return user


@pytest.fixture
def mia(db):
    return manager("mia")


@pytest.fixture
def noah(db):
    return manager("noah")


@pytest.fixture
def boss(db):
    return UserFactory(username="berta", is_superuser=True)


@pytest.fixture
def lead(mia, noah):
    """Leads mia and noah."""
    user = UserFactory(username="lea")
    user.groups.add(Group.objects.get(name="Success lead"))
    team = TeamFactory()
    team.members.add(mia, noah)
    team.leads.add(user)
    return user


@pytest.fixture
def ratios(db):
    for tier, ratio, revenue in (("ENTERPRISE", 1, 100_000), ("MID_MARKET", 5, 25_000), ("TRIAL", None, 0)):
        TierPolicyFactory(tier=tier, accounts_per_manager=ratio, from_revenue=revenue)


def accounts(number, tier="MID_MARKET", owner=None):
    return [AccountFactory(customer__tier=tier, customer__owner=owner).customer for _ in range(number)]


def owner_of(customer):
    return Customer.objects.get(id=customer.id).owner


class TestAssign:
    def test_changes_the_owner_and_writes_down_who_had_the_customer(self, boss, mia, noah):
        customer = CustomerFactory(owner=mia)

        assert assign(customers=[customer.id], to=noah, note=" On leave ", by=boss, now=NOW) == 1

        made = Handover.objects.get()
        assert owner_of(customer) == noah
        assert (made.from_owner, made.to_owner, made.note, made.by, made.at) == (mia, noah, "On leave", boss, NOW)

    def test_moves_the_open_tasks_of_the_old_owner_along_and_no_others(self, boss, mia, noah):
        customer = CustomerFactory(owner=mia)
        theirs = TaskFactory(customer=customer, owner=mia)
        of_another = TaskFactory(customer=customer, owner=boss)
        done = TaskFactory(customer=customer, owner=mia, state=TaskState.DONE, closed_at=NOW)
        of_another_customer = TaskFactory(owner=mia)

        assign(customers=[customer.id], to=noah, note="x", by=boss, now=NOW)

        for task, owner in ((theirs, noah), (of_another, boss), (done, mia), (of_another_customer, mia)):
            task.refresh_from_db()
            assert task.owner == owner

    def test_gives_along_what_nobody_was_to_do_for_a_customer_of_nobody(self, boss, mia):
        customer = CustomerFactory()
        nobodys = TaskFactory(customer=customer)
        of_a_team = TaskFactory(customer=customer, team=TeamFactory())

        assign(customers=[customer.id], to=mia, note="x", by=boss, now=NOW)

        nobodys.refresh_from_db()
        of_a_team.refresh_from_db()
        assert (nobodys.owner, of_a_team.owner) == (mia, None)

    def test_says_in_the_history_of_each_task_who_has_it_now_and_why(self, boss, mia, noah):
        customer = CustomerFactory(owner=mia)
        task = TaskFactory(customer=customer, owner=mia)

        assign(customers=[customer.id], to=noah, note="On leave", by=boss, now=NOW)

        entry = task.entries.get()
        assert (entry.step, entry.by, entry.at, entry.note) == (TaskStep.REASSIGNED, boss, NOW, "to noah: On leave")

    def test_moves_plans_milestones_reviews_and_advocacy_of_the_old_owner_along(self, boss, mia, noah):
        customer = CustomerFactory(owner=mia)
        plan = SuccessPlanFactory(customer=customer, owner=mia)
        of_another = SuccessPlanFactory(customer=customer, owner=boss)
        work = [
            plan, PlanMilestoneFactory(plan=plan, owner=mia), PlanMilestoneFactory(plan=of_another, owner=mia),
            BusinessReviewFactory(customer=customer, owner=mia), AdvocacyActivityFactory(customer=customer, owner=mia),
        ]  # fmt: skip

        assign(customers=[customer.id], to=noah, note="x", by=boss, now=NOW)

        for one in (*work, of_another):
            one.refresh_from_db()
        assert [one.owner for one in work] == [noah] * len(work)
        assert (of_another.owner, of_another.updated_at) == (boss, NOW)  # a form that is open is told

    def test_leaves_what_is_over_and_what_others_do_with_whom_it_was(self, boss, mia, noah):
        customer = CustomerFactory(owner=mia)
        plan, over = (
            SuccessPlanFactory(customer=customer, owner=owner, status=status)
            for owner, status in ((boss, "ACTIVE"), (mia, "CANCELLED"))
        )
        work = [
            plan, over, PlanMilestoneFactory(plan=over, owner=mia), PlanMilestoneFactory(plan=plan, owner=boss),
            PlanMilestoneFactory(plan=plan, owner=mia, status="CANCELLED"), SuccessPlanFactory(owner=mia),
            BusinessReviewFactory(customer=customer, owner=mia, status="HELD", held_at=NOW),
            BusinessReviewFactory(customer=customer, owner=boss),
            AdvocacyActivityFactory(customer=customer, owner=mia, status="CANCELLED"),
        ]  # fmt: skip
        before = [one.owner for one in work]

        assign(customers=[customer.id], to=noah, note="x", by=boss, now=NOW)

        for one in work:
            one.refresh_from_db()
        assert [one.owner for one in work] == before

    def test_does_nothing_the_second_time(self, boss, mia):
        customer = CustomerFactory()

        numbers = [assign(customers=[customer.id], to=mia, note="x", by=boss, now=NOW) for _ in range(2)]

        assert numbers == [1, 0]
        assert Handover.objects.count() == 1

    def test_costs_the_same_for_one_and_for_many(self, boss, mia):
        costs = []
        for number in (1, 40):
            ids = [customer.id for customer in CustomerFactory.create_batch(number)]
            with CaptureQueriesContext(connection) as caught:
                assign(customers=ids, to=mia, note="x", by=boss, now=NOW)
            costs.append(len(caught))

        assert costs[0] == costs[1]

    @pytest.mark.parametrize("note", ["", "  ", "x" * 501, "a\x00b"])
    def test_refuses_a_note_that_tells_nothing(self, boss, mia, note):
        with pytest.raises(AssignmentRefused, match="note of 1 to 500"):
            assign(customers=[CustomerFactory().id], to=mia, note=note, by=boss, now=NOW)

    def test_refuses_people_who_look_after_nobody_or_left(self, boss, mia):
        mia.is_active = False
        mia.save()
        for person in (mia, UserFactory()):
            with pytest.raises(AssignmentRefused, match="cannot give customers to"):
                assign(customers=[CustomerFactory().id], to=person, note="x", by=boss, now=NOW)


class TestALead:
    def test_gives_customers_from_one_of_the_team_to_another(self, lead, mia, noah):
        customer = CustomerFactory(owner=mia)

        assert assign(customers=[customer.id], to=noah, note="x", by=lead, now=NOW) == 1

    def test_gives_nothing_to_people_of_other_teams(self, lead, mia):
        customer = CustomerFactory(owner=mia)

        with pytest.raises(AssignmentRefused, match="cannot give customers to"):
            assign(customers=[customer.id], to=manager("olga"), note="x", by=lead, now=NOW)

    def test_takes_nothing_from_people_of_other_teams_or_from_nobody(self, lead, mia):
        own, others = CustomerFactory(owner=mia), [CustomerFactory(owner=manager("olga")), CustomerFactory()]

        for other in others:
            with pytest.raises(AssignmentRefused, match="not in your portfolio"):
                assign(customers=[own.id, other.id], to=lead, note="x", by=lead, now=NOW)
        assert not Handover.objects.exists()
        assert owner_of(own) == mia

    def test_sees_the_load_of_the_team_alone(self, lead, mia, ratios):
        accounts(2, owner=mia)
        accounts(1, owner=manager("olga"))
        accounts(1)

        found = queries.capacity_of(lead)

        assert {one.manager.username: one.number for one in found.portfolios} == {"mia": 2, "noah": 0, "lea": 0}
        assert found.unassigned == {}

    def test_gives_out_no_unassigned_accounts(self, lead, mia, ratios):
        accounts(1)
        with pytest.raises(AssignmentRefused, match="who see everybody"):
            balance(among=[mia.id], expected="", note="x", by=lead, now=NOW)


@pytest.mark.usefixtures("ratios")
class TestCapacity:
    def test_adds_up_what_accounts_take_by_tier(self, boss, mia):
        accounts(1, "ENTERPRISE", mia)
        accounts(2, "MID_MARKET", mia)
        accounts(3, "TRIAL", mia)
        CustomerFactory(owner=mia, tier="ENTERPRISE")  # no account

        (found,) = queries.capacity_of(boss).portfolios

        assert found.accounts == {"ENTERPRISE": 1, "MID_MARKET": 2, "TRIAL": 3}
        assert found.load == Fraction(7, 5)

    def test_counts_accounts_of_nobody_by_whether_somebody_is_needed(self, boss):
        accounts(2, "MID_MARKET")
        accounts(3, "TRIAL")

        found = queries.capacity_of(boss)

        assert (found.waiting, found.automatic) == (2, 3)

    def test_costs_the_same_for_one_and_for_many_managers(self, boss, mia):
        accounts(1, owner=mia)
        costs = []
        for number in (0, 9):
            for each in range(number):
                accounts(2, owner=manager(f"m{each}"))
            with CaptureQueriesContext(connection) as caught:
                queries.capacity_of(boss)
            costs.append(len(caught))

        assert costs[0] == costs[1]


@pytest.mark.usefixtures("ratios")
class TestBalance:
    @staticmethod
    def proposal(boss, *people):
        return queries.proposal(queries.capacity_of(boss), [one.id for one in people])

    def test_gives_the_unassigned_to_the_least_loaded(self, boss, mia, noah):
        accounts(2, owner=mia)
        waiting = accounts(4)
        trial = accounts(1, "TRIAL")[0]
        seen = self.proposal(boss, mia, noah)

        number = balance(among=[mia.id, noah.id], expected=seen.fingerprint, note="x", by=boss, now=NOW)

        assert number == 4
        assert [owner_of(one) for one in waiting] == [noah, noah, mia, noah]
        assert owner_of(trial) is None

    def test_leaves_out_whom_nobody_chose(self, boss, mia, noah):
        accounts(4)

        assert set(self.proposal(boss, noah).accounts) == {noah.id}

    def test_refuses_what_has_changed_since_it_was_shown(self, boss, mia):
        accounts(1)
        seen = self.proposal(boss, mia)
        accounts(1)

        with pytest.raises(AssignmentRefused, match="changed meanwhile"):
            balance(among=[mia.id], expected=seen.fingerprint, note="x", by=boss, now=NOW)
        assert not Handover.objects.exists()

    def test_refuses_when_there_is_nothing_to_give(self, boss, mia):
        with pytest.raises(AssignmentRefused, match="no account to give out"):
            balance(among=[mia.id], expected="", note="x", by=boss, now=NOW)
