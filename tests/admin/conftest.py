"""The cast of the admin's tests, and a small shop for them to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

import lifecycle.tasks  # noqa: F401  so that what is sent to workers runs here and now
from lifecycle.engine.defaults import load_defaults
from lifecycle.models import Customer, CustomerFacts, Lifecycle, StatusTag
from tests.customer_success.cast import enter
from tests.factories import CustomerFactory, CustomerStatusFactory, EventFactory, TransitionFactory, UserFactory

READS = tuple(
    f"view_{model}"
    for model in ("customer", "transition", "event", "transitionrule", "lifecycle", "evaluation", "recommendation")
)


@dataclass(frozen=True)
class Shop:
    """The shipped commerce lifecycle with customers in it."""

    lifecycle: Lifecycle

    def tag(self, code: str) -> StatusTag:
        return self.lifecycle.tags.get(code=code)

    def customer(self, code: str = "CUSTOMER", **values: object) -> Customer:
        """A customer in a tag, with two events and the move that led there."""
        customer: Customer = CustomerFactory.create(**values)
        now = timezone.now()
        CustomerStatusFactory(lifecycle=self.lifecycle, customer=customer, tag=self.tag(code), entered_at=now)
        CustomerFacts.objects.filter(customer=customer).update(order_count=1, total_spend=120, last_event_at=now)
        EventFactory.create_batch(2, customer=customer, occurred_at=now - timedelta(days=1))
        rule = self.lifecycle.rules.get(key="first-order")
        TransitionFactory(
            lifecycle=self.lifecycle, customer=customer, from_tag=self.tag("LEAD"), to_tag=self.tag(code),
            rule=rule, by=None, reason="", evidence={"order_count": 1},
        )  # fmt: skip
        return customer


def _permissions(*names: str) -> QuerySet[Permission]:
    return Permission.objects.filter(codename__in=names, content_type__app_label="lifecycle")


def person(username: str, *permissions: str, **values: object) -> User:
    """Somebody who may enter the admin, and is kept from no customer by a portfolio."""
    user: User = UserFactory.create(username=username, is_staff=True, **values)
    user.set_password("pw")
    user.save()
    user.user_permissions.set(_permissions("view_every_customer", *permissions))
    return user


@pytest.fixture(scope="module")
def stock(request: pytest.FixtureRequest) -> None:
    """Loaded once a module, where each test takes back what it writes."""
    marker = request.node.get_closest_marker("django_db")
    if not (marker and marker.kwargs.get("transaction")):
        request.getfixturevalue("kept")
        load_defaults(now=timezone.now(), only="commerce")


@pytest.fixture
def shop(stock: None, db: None) -> Shop:
    if not Lifecycle.objects.filter(code="commerce").exists():
        load_defaults(now=timezone.now(), only="commerce")
    return Shop(Lifecycle.objects.get(code="commerce"))


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def boss(db: None) -> User:
    return person("berta", is_superuser=True)


@pytest.fixture
def manager(db: None) -> User:
    """A success manager: sees customers and rules, and moves customers by hand."""
    return person("mia", *READS, "add_transition")


@pytest.fixture
def viewer(db: None) -> User:
    """Somebody who may look at everything and touch nothing."""
    return person("vera", *READS)


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody with a key to the building and to no room."""
    return person("sam")


@pytest.fixture
def client(boss: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(boss)


@pytest.fixture
def desk(page: Page, boss, shop) -> Page:
    """A browser in which the boss is signed in."""
    enter(page, boss)
    return page
