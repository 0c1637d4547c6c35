"""The cast: a success manager with customers, a colleague, and who leads them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from tests.admin.conftest import person, viewer
from tests.factories import TeamFactory

__all__ = ["viewer"]


def in_group(username: str, group: str) -> Any:
    one = person(username)
    one.groups.add(Group.objects.get(name=group))
    return one


@pytest.fixture
def mia(db: None) -> Any:
    """A success manager."""
    return in_group("mia", "Success manager")


@pytest.fixture
def noah(db: None) -> Any:
    """Another success manager, who sees nothing of hers."""
    return in_group("noah", "Success manager")


@pytest.fixture
def lea(mia: Any) -> Any:
    """Leads mia's team."""
    lead, team = in_group("lea", "Success lead"), TeamFactory(name="Retention")
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
