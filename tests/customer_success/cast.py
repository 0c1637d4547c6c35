"""The cast of customer success: who sees what, and the ground that accounts stand on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client
from playwright.sync_api import Page
from rest_framework.test import APIClient

from customer_success.engine.accounts import AccountText, create_account
from lifecycle.models import Customer
from tests.api.conftest import token_of
from tests.factories import UserFactory
from tests.lifecycle.stage import NOW

API = "/api/v1/customer-success"


def joined(user: User, group: str = "Success manager") -> User:
    """Now of a group, whose permissions are those that the migration gave it."""
    user.is_staff = True
    user.save()
    user.groups.add(Group.objects.get(name=group))
    return user


def member(username: str, group: str = "Success manager") -> User:
    return joined(UserFactory.create(username=username), group)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def enter(page: Page, user: User) -> None:
    """From now on the browser is that of this user."""
    name = settings.SESSION_COOKIE_NAME
    session = signed_in(user).cookies[name].value
    page.context.add_cookies([{"name": name, "value": session, "domain": "localhost", "path": "/"}])


class JSONClient(APIClient):
    default_format = "json"


def speaking_for(user: User) -> APIClient:
    client = JSONClient()
    client.credentials(HTTP_AUTHORIZATION=token_of(user))
    return client


def client_of(username: str, group: str = "Success manager") -> APIClient:
    return speaking_for(member(username, group))


def opened(external_id: str, *, owner: Any = None, now: Any = NOW, **more: Any) -> Customer:
    """An account, opened as doors open it; ``more``: tier, status, or values."""
    text = AccountText(
        values={name: value for name, value in more.items() if name not in {"tier", "status", "traits"}},
        traits=more.get("traits", {}), tier=more.get("tier"), status=more.get("status"), reason="As agreed",
    )  # fmt: skip
    return create_account(external_id=external_id, text=text, owner=owner, by=None, now=now).customer
