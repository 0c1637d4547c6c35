"""Each registered page answers, with rows and without."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from knox.models import AuthToken
from unfold.admin import ModelAdmin as UnfoldAdmin

from config.schedule import load_schedule
from lifecycle.models import RuleState
from tests.factories import EvaluationChunkFactory, RecommendationFactory, TransitionRuleFactory

pytestmark = pytest.mark.django_db

REGISTERED = sorted(admin.site._registry.items(), key=lambda pair: pair[0]._meta.label)
ROUTES = [pytest.param(model, one, id=model._meta.label) for model, one in REGISTERED]


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def _one_of_each(shop, boss):
    load_schedule()
    customer = shop.customer()
    rule = TransitionRuleFactory(
        lifecycle=shop.lifecycle, to_tag=shop.tag("VIP"), from_tags=[shop.tag("CUSTOMER")], is_automatic=False
    )
    recommended = RecommendationFactory(
        customer=customer, lifecycle=shop.lifecycle, rule=rule, from_tag=shop.tag("CUSTOMER")
    )
    EvaluationChunkFactory(evaluation=recommended.evaluation)
    AuthToken.objects.create(user=boss)


@pytest.mark.parametrize(("model", "one"), ROUTES)
def test_wears_the_look_of_the_others(model, one):
    assert isinstance(one, UnfoldAdmin)


@pytest.mark.parametrize(("model", "one"), ROUTES)
def test_lists_without_rows(client, model, one):
    assert client.get(address(model, "changelist")).status_code == 200


@pytest.mark.usefixtures("_one_of_each")
@pytest.mark.parametrize(("model", "one"), ROUTES)
def test_lists_searches_opens_and_adds_rows(client, model, one):
    listed = [client.get(address(model, "changelist"), query) for query in ({}, {"q": "o'%_\\"}, {"p": "9999"})]
    opened = [client.get(address(model, "change", row.pk)) for row in one.model._default_manager.all()[:5]]
    added = client.get(address(model, "add"))

    assert [answer.status_code for answer in listed] in ([200, 200, 200], [200, 200, 302])
    assert {answer.status_code for answer in opened} <= {200}
    assert added.status_code in {200, 403}


@pytest.mark.parametrize(("model", "one"), ROUTES)
def test_an_address_of_nothing_leads_back(client, model, one):
    answers = [client.get(address(model, "changelist") + f"{wrong}/change/") for wrong in ("999999", "no-such-thing")]

    assert {answer.status_code for answer in answers} <= {302, 404}


def test_rules_of_every_state_open(client, shop):
    rule = shop.lifecycle.rules.first()
    for state in RuleState:
        type(rule).objects.filter(id=rule.id).update(state=state, published_at=rule.published_at)

        assert client.get(address(type(rule), "change", rule.id)).status_code == 200
