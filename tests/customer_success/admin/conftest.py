"""The cast: a success manager with customers, a colleague, and who leads them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.admin.conftest import viewer
from tests.customer_success.cast import member
from tests.factories import TeamFactory

__all__ = ["viewer"]


@pytest.fixture
def mia(db: None) -> Any:
    """A success manager."""
    return member("mia")


@pytest.fixture
def noah(db: None) -> Any:
    """Another success manager, who sees nothing of hers."""
    return member("noah")


@pytest.fixture
def lea(mia: Any) -> Any:
    """Leads mia's team."""
    lead, team = member("lea", "Success lead"), TeamFactory(name="Retention")
    team.leads.add(lead)
    team.members.add(mia)
    return lead


@pytest.fixture
def desk_of() -> Any:
    def signed_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
