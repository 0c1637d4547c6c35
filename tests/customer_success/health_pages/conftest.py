"""A customer in the red, who looks after it, and who may do all."""

import pytest
from django.urls import reverse
from django.utils import timezone

from customer_success.engine.alerts import raise_alerts
from customer_success.engine.scoring import score_everybody
from lifecycle.engine.defaults import load_defaults
from tests.customer_success.cards import account, in_force, one_measure
from tests.customer_success.cast import member, signed_in
from tests.factories import UserFactory

RED = {"kind": "RED_ZONE", "below": 40, "due_hours": 4, "priority": "CRITICAL", "is_escalated": False}


def page(name, *args):
    return reverse(f"admin:customer_success_{name}", args=args)


@pytest.fixture
def mia():
    """A success manager."""
    return member("mia")


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
