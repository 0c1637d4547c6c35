"""The order of a day in the database is the one that ``rules.priority`` states, and nothing is cut off before it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from random import Random
from typing import Any

import pytest
from django.contrib.auth.models import User

from customer_success.models import CustomerHealth, HealthAlert, Task
from customer_success.queries.my_day import Scope, at_risk, count_due, due_tasks
from customer_success.rules.priority import ALERTS, LEVELS, PRIORITIES, TIERS, Matter, When, rank, rank_at_risk
from lifecycle.models import Customer
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    HealthAlertFactory,
    StatusTagFactory,
    TaskFactory,
    UserFactory,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOURS = (-30, -1, 0, 1, 11, 12, 50)
MANY = 60
REVENUES = (None, Decimal(0), Decimal(10), Decimal("10.5"))
pytestmark = pytest.mark.django_db


@pytest.fixture
def mia() -> User:
    return UserFactory(username="mia")


def scopes(owner: User) -> tuple[Scope, Scope]:
    return Scope(owner, frozenset({owner.pk})), Scope(owner, None)


def some_customer(random: Random, owner: User) -> Customer:
    customer = CustomerFactory(owner=owner, tier=random.choice((*TIERS, None)))
    for kind in random.sample(ALERTS, random.randrange(3)):
        HealthAlertFactory(customer=customer, kind=kind, state=random.choice(("OPEN", "OPEN", "ACKNOWLEDGED")))
    if random.random() < 0.7:
        AccountFactory(customer=customer, annual_revenue=random.choice(REVENUES))
    return customer


def known_of(customer: Customer | None) -> dict[str, Any]:
    alerts = HealthAlert.objects.filter(customer=customer, state="OPEN").values_list("kind", flat=True)
    return {
        "alert": min(alerts, key=ALERTS.index, default=None),
        "tier": customer.tier if customer else None,
        "value": customer.account.annual_revenue if customer and hasattr(customer, "account") else None,
    }


@pytest.mark.parametrize("seed", range(3))
def test_tasks_come_in_the_order_of_the_rule(mia: User, seed: int) -> None:
    random = Random(seed)
    people = [None, *(some_customer(random, mia) for _ in range(12))]
    for _ in range(60):
        due_at = NOW + timedelta(hours=random.choice(HOURS))
        TaskFactory(owner=mia, customer=random.choice(people), priority=random.choice(PRIORITIES), due_at=due_at)

    def stated(task: Task) -> tuple[object, ...]:
        return rank(Matter(task.due_at, task.priority, **known_of(task.customer)), now=NOW)

    for scope, most in product(scopes(mia), (3, 20, 100)):
        found = due_tasks(scope, now=NOW, most=most)

        assert [one.task for one in found] == sorted(Task.objects.order_by("due_at", "id"), key=stated)[:most]
        assert all(one.alert == known_of(one.task.customer)["alert"] for one in found)


@pytest.mark.parametrize("seed", range(3))
def test_customers_at_risk_come_in_the_order_of_the_rule(mia: User, seed: int) -> None:
    random, tag = Random(seed), StatusTagFactory(category="risk")
    for _ in range(30):
        customer, level = some_customer(random, mia), random.choice((*LEVELS[:2], None))
        if level:
            CustomerHealthFactory(customer=customer, level=level, score=random.randrange(3))
        if not level or random.random() < 0.2:
            CustomerStatusFactory(customer=customer, lifecycle=tag.lifecycle, tag=tag)

    def stated(customer: Customer) -> tuple[object, ...]:
        health = CustomerHealth.objects.filter(customer=customer).first()
        told = {"level": health.level, "score": health.score} if health else {"level": None, "score": None}
        return rank_at_risk(**told, **known_of(customer))

    for scope, most in product(scopes(mia), (2, 8, 50)):
        found = [one.customer for one in at_risk(scope, most=most)]

        assert [stated(one) for one in found] == sorted(map(stated, Customer.objects.all()))[:most]


def test_old_tasks_do_not_hide_an_urgent_one_and_all_are_counted(mia: User) -> None:
    TaskFactory.create_batch(MANY + 1, owner=mia, customer=None, priority="LOW", due_at=NOW - timedelta(days=30))
    urgent = TaskFactory(owner=mia, priority="CRITICAL", due_at=NOW - timedelta(hours=1))
    for hours in (1, 13, 14, 24 * 30):
        TaskFactory(owner=mia, due_at=NOW + timedelta(hours=hours))
    TaskFactory(due_at=NOW)

    for scope in scopes(mia):
        assert due_tasks(scope, now=NOW, most=5)[0].task == urgent
        assert count_due(scope, now=NOW) == {When.OVERDUE: MANY + 2, When.TODAY: 1, When.NEXT: 2}


def test_low_scores_do_not_hide_whom_an_alert_puts_first(mia: User) -> None:
    for score in range(MANY + 1):
        CustomerHealthFactory(customer__owner=mia, level="POOR", score=score % 30)
    worst = CustomerHealthFactory(customer__owner=mia, level="POOR", score=39).customer
    HealthAlertFactory(customer=worst, kind="RED_ZONE")

    for scope in scopes(mia):
        assert at_risk(scope, most=5)[0].customer == worst
