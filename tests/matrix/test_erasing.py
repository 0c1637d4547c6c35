"""A customer is erased: of whoever it was nothing is found any more, in any column of any table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import CharField, ForeignKey, JSONField, Model, OneToOneField, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from campaigns.models import Suppression
from lifecycle.engine.erasing import erase_customer
from lifecycle.models import Customer
from tests.factories import (
    ReceiptFactory,
    ReviewActionItemFactory,
    StakeholderFactory,
    TaskEntryFactory,
    TierChangeFactory,
    ValueMetricFactory,
)
from tests.matrix.world import World, build

pytestmark = pytest.mark.django_db

# What names nobody: codes of the house and of providers, and by what figures are split.
KEPT = {
    "lifecycle.Customer": {"plan"},
    "lifecycle.Event": {"source", "name"},
    "lifecycle.DailyMetrics": {"risk_indicators"},
    "lifecycle.Recommendation": {"reasons"},
    "lifecycle.ReportedMetrics": {"health_level", "health_trend"},
    "lifecycle.ReportedChange": {"health_level", "health_trend"},
    "customer_success.HealthScore": {"components"},
    "customer_success.CustomerHealth": {"components"},
    "customer_success.Task": {"origin"},
    "customer_success.BusinessReview": {"origin"},
    "customer_success.TierChange": {"from_tier", "to_tier"},
    "campaigns.Delivery": {"topic", "template", "language", "provider", "provider_id"},
    "campaigns.Receipt": {"provider", "event_id", "provider_id"},
    "campaigns.StepRun": {"step", "kind", "awaits", "path"},
}


@pytest.fixture
def world() -> World:
    return build()


def test_nothing_of_an_erased_customer_is_found_in_any_table(world: World) -> None:
    customer = world.customers["own"]
    more_of(customer)
    for model, path in about_customers():
        write_everywhere(model, path, customer)
    assert len(found("Zzown")) > 60

    assert erase_customer(customer=customer, by=world.people["administrator"], now=timezone.now())

    assert found("Zzown") == {}
    assert found("Zz-own") == {}
    others = found("Zzother")
    assert {"lifecycle_customer.email", "lifecycle_customer.name", "campaigns_delivery.recipient"} <= others.keys()


def more_of(customer: Customer) -> None:
    """What the world of the matrix does not have."""
    profile = customer.account.profile
    StakeholderFactory(profile=profile)
    ValueMetricFactory(profile=profile)
    TaskEntryFactory(task=customer.tasks.first())
    ReviewActionItemFactory(review=customer.business_reviews.first())
    TierChangeFactory(customer=customer)
    ReceiptFactory(delivery=customer.deliveries.first(), recipient=customer.email)
    ReceiptFactory(delivery=None, recipient=customer.email)
    for row in (customer, customer.tasks.first(), Suppression.objects.get(address__iexact=customer.email)):
        LogEntry.objects.create(
            user_id=customer.owner_id, content_type=ContentType.objects.get_for_model(row), object_id=row.pk,
            object_repr="Zzown", change_message="Zzown", action_flag=CHANGE,
        )  # fmt: skip


def about_customers() -> Iterator[tuple[type[Model], str]]:
    """All models whose rows are about one customer, each with the way there."""
    for label in ("lifecycle", "customer_success", "campaigns", "analytics"):
        for model in apps.get_app_config(label).get_models():
            if hasattr(model, "pgh_tracked_model"):
                continue
            if (path := way_to_customer(model)) is not None:
                yield model, path


def way_to_customer(model: type[Model], depth: int = 3) -> str | None:
    if model is Customer:
        return "pk"
    forward = [one for one in model._meta.fields if type(one) in (ForeignKey, OneToOneField)]
    if straight := [one.name for one in forward if one.related_model is Customer]:
        return straight[0]
    further = [one for one in forward if depth and one.related_model is not model]
    ways = ((one.name, way_to_customer(one.related_model, depth - 1)) for one in further)
    return next((f"{name}__{way}" for name, way in ways if way), None)


def write_everywhere(model: type[Model], path: str, customer: Customer) -> None:
    """The name in each text that somebody could have written, of the rows and of their history."""
    values = {}
    for field in model._meta.fields:
        if field.choices or field.name in KEPT.get(model._meta.label, ()):
            continue
        if isinstance(field, JSONField):
            values[field.name] = {"Zzown": "Zzown"}
        elif isinstance(field, ArrayField):
            values[field.name] = ["Zzown"]
        elif isinstance(field, CharField | TextField) and field.name not in {"external_id", "timezone", "email"}:
            values[field.name] = Concat(Value("Zzown "), Cast("pk", TextField()))
    rows = model._base_manager.filter(**{path: customer.pk})
    if not values or not rows.exists():
        return
    rows.update(**values)
    for history in getattr(model, "pgh_event_models", {}).values():
        assert history._base_manager.filter(pgh_obj_id__in=rows.values("pk")).exists(), model


def found(text: str) -> dict[str, int]:
    """In which columns of the database a text stands, and how often."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables "
            "USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE' "
            "AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY')"
        )
        counted = {}
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s', [f"%{text}%"])
            counted[f"{table}.{column}"] = cursor.fetchone()[0]
    return {place: number for place, number in counted.items() if number}
