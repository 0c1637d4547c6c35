"""Who asks, and a customer of each."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from lifecycle.models import Customer
from tests.customer_success.cast import client_of, member, speaking_for
from tests.factories import CustomerFactory

API = "/api/v1/campaigns"


@pytest.fixture
def marketer(db: None) -> APIClient:
    """Writes campaigns and sees everybody."""
    return client_of("mara", "Marketer")


@pytest.fixture
def administrator(db: None) -> APIClient:
    return client_of("ada", "Administrator")


@pytest.fixture
def manager(db: None, ann: Customer) -> APIClient:
    """Sees Ann alone."""
    return speaking_for(ann.owner)


@pytest.fixture
def ann(db: None) -> Customer:
    owner = member("mia")
    found: Customer = CustomerFactory(external_id="ann", email="ann@example.com", owner=owner)
    return found


@pytest.fixture
def bob(db: None) -> Customer:
    found: Customer = CustomerFactory(external_id="bob", email="bob@example.com")
    return found


def fields(answer: Any) -> list[str | None]:
    """Where the mistakes are, of an answer that says so."""
    assert answer.status_code == 400, answer.content
    return [one["field"] for one in answer.json()["errors"]]
