"""The cast of the API's tests, each with a token of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db.models import QuerySet
from knox.models import AuthToken
from rest_framework.test import APIClient

import lifecycle.tasks  # noqa: F401  so that what is sent to workers runs here and now
from tests.factories import UserFactory

READS = (
    "view_customer", "view_transition", "view_transitionrule", "view_lifecycle", "view_recommendation",
    "view_evaluation", "view_rollback", "view_backtestrun",
)  # fmt: skip

WRITES = (
    "change_recommendation", "add_transition", "add_event", "add_transitionrule", "change_transitionrule",
    "delete_transitionrule",
)  # fmt: skip


def token_of(user: User) -> str:
    return f"Bearer {AuthToken.objects.create(user=user)[1]}"


def speaking_for(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=token_of(user))
    return client


def _permissions(*names: str) -> QuerySet[Permission]:
    return Permission.objects.filter(codename__in=names, content_type__app_label="lifecycle")


def person(username: str, *permissions: str, **more: Any) -> User:
    """Somebody who is kept from no customer by a portfolio."""
    user: User = UserFactory.create(username=username, **more)
    user.user_permissions.set(_permissions("view_every_customer", *permissions))
    return user


@pytest.fixture
def manager(db: None) -> APIClient:
    """A success manager: reads everything and moves customers."""
    return speaking_for(person("mia", *READS, "add_transition"))


@pytest.fixture
def shop(db: None) -> APIClient:
    """A system that sends events and reads nothing."""
    return speaking_for(person("shop", "add_event"))


@pytest.fixture
def stranger(db: None) -> APIClient:
    """Somebody with a login and no permission."""
    return speaking_for(person("sam"))


@pytest.fixture
def anonymous(db: None) -> APIClient:
    return APIClient()


Post = Callable[..., Any]


@pytest.fixture
def send(shop: APIClient) -> Post:
    """Sends events and returns the answer's body."""

    def post(*events: Any, **more: Any) -> Any:
        answer = shop.post("/api/events", {"events": list(events), **more}, format="json")
        assert answer.status_code == 200, answer.json()
        return answer.json()

    return post


def walk(client: APIClient, path: str | None) -> Iterator[list[Any]]:
    """The rows of a page and of all that follow it."""
    while path:
        page = client.get(path).json()
        yield page["results"]
        path = page["next"]
