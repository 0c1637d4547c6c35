"""Every page and every path, asked by everybody about their own customers and about others'."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.cache import cache
from django.db import models, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.test import APIClient

from analytics.models import KpiTarget
from customer_success.models import Account
from lifecycle.admin.portfolio import InPortfolio
from lifecycle.models import Customer
from tests.matrix.table import EVERYONE, TABLE, TEAM, Door
from tests.matrix.world import WHOSE, World, build, link_of

pytestmark = pytest.mark.django_db

KEPT_OUT = {"forbidden", "gone", "login", "no such method"}
METHODS = ("get", "post", "put", "patch", "delete")


def walked(resolver: Any, names: tuple[str, ...] = (), path: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    """Each route: its name with its namespaces, its path, itself."""
    for one in resolver.url_patterns:
        below = path + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from walked(one, (*names, one.namespace) if one.namespace else names, below)
        else:
            yield ":".join((*names, one.name or "")), below, one


# Unnamed: redirects of the admin to its pages, and what answers that nothing is there. They show nothing.
NAMED = {name: (path, one) for name, path, one in walked(get_resolver()) if name and not name.endswith(":")}
ROUTES = {name: one for name, (path, one) in NAMED.items() if path.startswith(("admin/", "api/"))}
API = {name for name in ROUTES if NAMED[name][0].startswith("api/")}


def entry(name: str) -> str | None:
    """The line for a route: its own, or the one of a pattern."""
    return name if name in TABLE else next((one for one in TABLE if fnmatchcase(name, one)), None)


@pytest.fixture(scope="module")
def world(kept: None) -> World:
    """Built once; whatever a request writes is taken back."""
    return build()


def asked(world: World, role: str, method: str, url: str, query: dict[str, Any]) -> HttpResponse:
    """The answer; nothing stays of what was written."""
    client: Any = APIClient() if url.startswith("/api/") else Client()
    client.raise_request_exception = False
    cache.clear()
    with transaction.atomic():
        if role in world.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[role]
        more = {"format": "json"} if url.startswith("/api/") and method != "get" else {}
        answer = getattr(client, method)(url, query if method in {"get", "post"} else {}, **more)
        transaction.set_rollback(True)
    return answer


def outcome(answer: HttpResponse) -> str:
    """``in``, or why not: what is ``gone``, the admin says by leading to its first page."""
    match answer.status_code:
        case 401:
            return "login"
        case 403:
            return "forbidden"
        case 404:
            return "gone"
        case 405:
            return "no such method"
        case 302 if answer["Location"].startswith(reverse("admin:login")):
            return "login"
        case 302 if answer["Location"] == reverse("admin:index"):
            return "gone"
        case status:
            return "in" if status < 500 else "broken"


def expected(door: Door, role: str, method: str, whose: str) -> set[str]:
    if method not in door.methods:  # to a page that is only looked at, a form makes no difference
        return {"no such method"} | expected(door, role, "get", whose) if "get" in door.methods else KEPT_OUT
    if role not in door.methods[method]:
        return KEPT_OUT if role != "anonymous" else {"login", "gone"}
    return {"gone"} if role in TEAM and whose not in {"", "own"} else {"in"}


def named(answer: HttpResponse, world: World, url: str) -> set[str]:
    """Whose customers an answer names, by name or, where the question did not say it, by number."""
    text = answer.content.decode()
    return {
        whose
        for whose, one in world.customers.items()
        if one.name in text or (str(one.id) in text and str(one.id) not in url)
    }


def visible(role: str) -> set[str]:
    """Whose customers a role may read of."""
    if role in {"stranger", "anonymous"}:
        return set()
    return {"own"} if role in TEAM else set(WHOSE)


def check(world: World, name: str, role: str, method: str) -> None:
    """Ask one route as one role, about the thing of each customer that it tells apart; raises ``AssertionError``."""
    door = TABLE[entry(name)]
    kind = door.of or door.at
    told_apart = WHOSE if role in TEAM else ("orphan",)  # without a portfolio it is all the same whose a thing is
    for whose in told_apart if door.of else ("",):
        keys = address(name, world.things[kind][whose] if kind else None, door.address)
        query = {key: str(value).format(**everyone(world)) for key, value in door.query.items()}
        url = reverse(name, kwargs=keys)
        answer = asked(world, role, method, url, query)
        said = f"{role} {method} {url} ({whose or 'nobody'}): {answer.status_code}"

        assert outcome(answer) in expected(door, role, method, whose), said
        found = named(answer, world, url)
        assert found <= visible(role), f"{said} names {found}"
        if method == "get" and role in door.shows:
            assert found == visible(role), f"{said} names {found}"


def address(name: str, thing: Any, more: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the address of a route to a thing."""
    known = thing if isinstance(thing, dict) else {}
    return {**{one: known.get(one, thing) for one in ROUTES[name].pattern.converters}, **more}


def everyone(world: World) -> dict[str, Any]:
    return {kind: keys[""] for kind, keys in world.things.items() if "" in keys}


def test_each_route_has_a_line():
    assert [name for name in ROUTES if entry(name) is None] == []


def test_each_line_has_a_route():
    assert set(TABLE) == {entry(name) for name in ROUTES}


def test_doors_for_customers_stand_outside_of_pages_and_api():
    assert set(NAMED) - set(ROUTES) == {"shared-plan", "campaigns-preferences", "campaigns-unsubscribe"}


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_a_link_shows_whoever_has_it_one_plan_and_changes_nothing(world, role):
    for whose, customer in world.customers.items():
        url = reverse("shared-plan", args=[link_of(customer)])
        answer = asked(world, role, "get", url, {})

        assert answer.status_code == 200
        assert named(answer, world, url) <= {whose}
        assert asked(world, role, "post", url, {}).status_code == 405
        assert asked(world, role, "get", f"{url}x", {}).status_code == 404


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_lets_in_whom_the_table_names_and_shows_them_their_customers_alone(world, name):
    is_api = name in API
    for method in METHODS if is_api else ("get", "post"):
        if is_api and method not in TABLE[entry(name)].methods:
            continue  # there is no such method, or it is nobody's; test_no_method_is_forgotten
        for role in sorted(EVERYONE if method in TABLE[entry(name)].methods else TEAM):
            check(world, name, role, method)


@pytest.mark.parametrize("name", sorted(API))
def test_no_method_is_forgotten(name):
    view = ROUTES[name].callback.view_class
    has = {method for method in METHODS if hasattr(view, method)}

    assert has == set(TABLE[entry(name)].methods)


@pytest.mark.parametrize("name", ["admin:lifecycle_transition_changelist", "admin:lifecycle_customer_change"])
def test_a_list_or_page_that_is_not_scoped_is_noticed(world, monkeypatch, name):
    monkeypatch.setattr(
        InPortfolio, "get_queryset", lambda self, request: super(InPortfolio, self).get_queryset(request)
    )

    with pytest.raises(AssertionError, match="manager get"):
        check(world, name, "manager", "get")


OF_CUSTOMERS = [
    one
    for model, one in admin.site._registry.items()
    if model is Customer
    or any(
        field.related_model in {Customer, Account}
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
    )
]


@pytest.mark.parametrize("one", OF_CUSTOMERS, ids=str)
def test_each_page_about_a_customer_keeps_to_the_portfolio(one):
    assert isinstance(one, InPortfolio)


@pytest.mark.parametrize("role", sorted(TEAM))
def test_nothing_is_done_with_many_at_once_that_are_another_s(world, role):
    for one in OF_CUSTOMERS:
        rows = one.model._default_manager.filter(**{f"{one.customer_path or 'pk'}": world.customers["other"].pk})
        before = list(rows.values())
        for name in [getattr(each, "__name__", each) for each in one.actions or ()]:
            url = reverse(f"admin:{one.opts.app_label}_{one.opts.model_name}_changelist")
            chosen = {"action": name, "_selected_action": [row.pk for row in rows], "confirm": "yes", "note": "x"}
            with transaction.atomic():
                client = Client()
                client.force_login(world.people[role])
                answer = client.post(url, {**chosen, "to": world.people["manager"].pk, "until": "2099-01-01"})
                after = list(rows.values())
                transaction.set_rollback(True)

            assert answer.status_code in {200, 302, 403}
            assert after == before, f"{role} {name} {url}"


AUTOCOMPLETED = [
    (one.model, field)
    for admin_ in admin.site._registry.values()
    for one in (admin_, *(inline(admin_.model, admin.site) for inline in admin_.inlines))
    for field in one.autocomplete_fields
]


@pytest.mark.parametrize(("model", "field"), AUTOCOMPLETED)
@pytest.mark.parametrize("text", ["x", "1 or 1", "9" * 30, "-1", "²"])
def test_takes_nonsense_for_no_row(world, model, field, text):
    url = form_page(model)
    for answer in (
        asked(world, "superuser", "get", f"{url}?{field}={text}", {}),
        asked(world, "superuser", "post", url, {field: text}),
    ):
        assert answer.status_code == 200


def form_page(model):
    """Where a new one is filled in; of what nobody adds, the form of one that is there."""
    name = f"admin:{model._meta.label_lower.replace('.', '_')}"
    if model is KpiTarget:
        return reverse(f"{name}_change", args=[model.objects.first().pk])
    return reverse(f"{name}_add")


@pytest.mark.parametrize(("model", "field"), [one for one in AUTOCOMPLETED if one[1] == "customer"])
@pytest.mark.parametrize("whose", ["other", "orphan"])
def test_a_page_with_another_s_customer_filled_in_does_not_name_it(world, model, field, whose):
    url = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_add")
    number = world.customers[whose].id
    for answer in (
        asked(world, "manager", "get", f"{url}?{field}={number}", {}),
        asked(world, "manager", "post", url, {field: number}),
    ):
        assert answer.status_code == 200
        assert world.customers[whose].name not in answer.content.decode()


@pytest.mark.parametrize(("model", "field"), AUTOCOMPLETED)
@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_autocompletes_with_the_customers_of_the_portfolio(world, role, model, field):
    asked_for = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field}
    url = reverse("admin:autocomplete")
    answer = asked(world, role, "get", url, {**asked_for, "term": "Zz"})

    assert named(answer, world, url) <= visible(role)
    adds = f"{model._meta.app_label}.add_{model._meta.model_name}"
    if role in world.people and world.people[role].has_perm(adds):
        assert answer.status_code == 200
    if model._meta.get_field(field).related_model is Customer and answer.status_code == 200:
        assert named(answer, world, url) == visible(role)
