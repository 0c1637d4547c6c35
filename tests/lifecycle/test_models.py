"""A walk over all models, the catalogue and what is shipped."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from lifecycle import queries
from lifecycle.engine.defaults import SHIPPED, enroll_everybody, load_defaults
from lifecycle.metrics.catalogue import CATALOGUE, METRICS
from lifecycle.metrics.daily import MEASURES
from lifecycle.metrics.facts import FOLDS, VALUE_OF, VALUE_RANGE
from lifecycle.metrics.sources import Attribute, Collected, Fact, Reported
from lifecycle.models import (
    AppendOnly,
    CollectedMetrics,
    Customer,
    CustomerFacts,
    CustomerStatus,
    Lifecycle,
    ReportedMetrics,
    RuleState,
    TransitionRule,
)
from lifecycle.models.append_only import History
from lifecycle.rules.nodes import to_json
from lifecycle.rules.parse import parse
from tests import factories

from .stage import NOW, event, send

pytestmark = pytest.mark.django_db
FLOORS = ("lifecycle", "customer_success")
MODELS = [
    model
    for floor in FLOORS
    for model in apps.get_app_config(floor).get_models()
    if not model.__name__.endswith("Event") or model.__name__ == "Event"
]
WRITTEN_ONCE = [model for model in MODELS if issubclass(model, History)]


def made(model: type[models.Model]) -> Any:
    return getattr(factories, f"{model.__name__}Factory")()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_has_a_factory_and_a_name_to_be_shown(model: type[models.Model]) -> None:
    one = made(model)

    assert str(model._default_manager.get(pk=one.pk)) == str(one)
    assert str(one).strip()
    assert "object (" not in str(one)


def test_history_is_append_only() -> None:
    assert {model.__name__ for model in WRITTEN_ONCE} == {"Event", "Handover", "ReportedChange", "Transition"}


@pytest.mark.parametrize("model", WRITTEN_ONCE, ids=lambda model: model.__name__)
@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.save(),
        lambda one: one.delete(),
        lambda one: type(one).objects.all().update(customer=one.customer),
        lambda one: type(one).objects.all().delete(),
        lambda one: type(one).objects.bulk_update([one], ["customer"]),
        lambda one: type(one).objects.update_or_create(id=one.id, defaults={"customer": one.customer}),
        lambda one: getattr(one.customer, f"{type(one).__name__.lower()}s").update(customer=one.customer),
    ],
    ids=["save", "delete", "update", "delete-many", "bulk-update", "update-or-create", "by-customer"],
)
def test_history_refuses_changes(model: type[models.Model], change: Any) -> None:
    one = made(model)

    with pytest.raises(AppendOnly, match=f"{model.__name__} rows are history"):
        change(one)

    assert model._default_manager.get(pk=one.pk).pk == one.pk


def test_the_facts_have_exactly_the_columns_that_folds_feed() -> None:
    fed = {column for fold in FOLDS for column in (fold.column, fold.at_column) if column}

    columns = {field.name for field in CustomerFacts._meta.fields if not field.primary_key}

    assert columns == fed


def test_every_number_that_an_event_carries_has_a_range() -> None:
    assert VALUE_OF.keys() == VALUE_RANGE.keys()
    read = {event for fold in FOLDS if fold.how in {"sum", "max", "latest"} for event in fold.events}
    summed = {event for measure in MEASURES if measure.kind == "sum" for event in measure.events}
    assert read | summed | {"community_contribution"} == set(VALUE_OF)


def test_no_two_metrics_share_a_name() -> None:
    names = [name for metric in METRICS for name in (metric.name, *metric.other_names)]

    assert len(names) == len(set(names)) == len(CATALOGUE)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_is_documented_and_reads_columns_that_are_there(metric: Any) -> None:
    tables = {Fact: CustomerFacts, Collected: CollectedMetrics, Attribute: Customer, Reported: ReportedMetrics}
    read = [metric.source] if isinstance(metric.source, Attribute | Reported) else metric.columns

    assert read or metric.name == "days_in_tag"
    for column in read:
        name = column.field if isinstance(column, Attribute) else column.column
        assert name in {field.name for field in tables[type(column)]._meta.fields}
    assert metric.label
    assert metric.description.endswith(".")
    assert metric.type in {"number", "text", "boolean", "date"}


def test_every_metric_has_a_value_or_is_missing_for_a_new_customer() -> None:
    status = factories.CustomerStatusFactory()

    values = queries.metric_values(status.customer, status.lifecycle, as_of=NOW)

    assert set(values) == {metric.name for metric in METRICS}
    assert {name for name, value in values.items() if value is not None} == {
        "order_count", "total_spend", "cart_adds", "login_count", "lessons_completed", "modules_completed",
        "assessments_taken", "community_contribution", "practical_projects_submitted", "unresolved_tickets",
        "has_ordered_since_entry", "has_been_active_since_entry", "has_enrolled_since_entry",
        "reengagement_campaign_response", "real_world_project_approved",
    }  # fmt: skip


def test_what_is_shipped_is_loaded_once() -> None:
    loaded = load_defaults(now=timezone.now())
    counted = [model.objects.count() for model in (Lifecycle, TransitionRule)]

    again = load_defaults(now=timezone.now())

    assert loaded
    assert again == []
    assert [model.objects.count() for model in (Lifecycle, TransitionRule)] == counted
    assert counted[0] == len(list(SHIPPED.glob("*.json")))


def test_what_people_changed_of_it_stays() -> None:
    load_defaults(now=timezone.now())
    Lifecycle.objects.update(name="Shop")
    TransitionRule.objects.filter(key="vip").update(state=RuleState.RETIRED)

    load_defaults(now=timezone.now())

    assert Lifecycle.objects.get(code="commerce").name == "Shop"
    assert not TransitionRule.objects.filter(key="vip", state=RuleState.PUBLISHED).exists()


def test_shipped_rules_are_canonical_and_lead_into_each_lifecycle() -> None:
    load_defaults(now=timezone.now())

    for rule in TransitionRule.objects.all():
        assert to_json(parse(rule.conditions, CATALOGUE)) == rule.conditions
        assert queries.rule_sentence(rule)
    for lifecycle in Lifecycle.objects.exclude(code="account"):  # only who becomes an account enters that one
        assert lifecycle.tags.filter(is_initial=True).exists() or lifecycle.rules.filter(from_untagged=True).exists()


def test_customers_that_were_there_before_are_enrolled() -> None:
    send(event("ann", "login"))

    load_defaults(now=timezone.now())

    commerce = Lifecycle.objects.get(code="commerce")
    assert CustomerStatus.objects.get(lifecycle=commerce).tag.code == "VISITOR"  # type: ignore[union-attr]
    assert enroll_everybody(lifecycle=commerce) == 0
