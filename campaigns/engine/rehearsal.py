"""A world of its own, in which a campaign can run without touching a live row.

Everything that belongs to customers is covered by empty temporary tables, so the engine runs as it always does; nothing
goes out; all of it is gone afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.db import models, transaction

from campaigns.channels.memory import MemoryPort
from campaigns.channels.registry import all_through
from campaigns.models import AddressConsent, Breaker, Campaign, CampaignVersion, SendingSwitch, Suppression
from lifecycle.models import Collection, Customer, Decision, DirtyMark, EventListener, Feed
from lifecycle.sql import past
from lifecycle.sql.run import run

_FLOORS = ("lifecycle", "customer_success", "campaigns")
# What the engine writes besides what belongs to customers.
_ALSO: tuple[type[models.Model], ...] = (
    AddressConsent, Breaker, Campaign, CampaignVersion, Collection, Decision, DirtyMark, EventListener, Feed,
    SendingSwitch, Suppression,
)  # fmt: skip


@contextmanager
def rehearsal() -> Iterator[None]:
    """Without customers and campaigns."""
    with transaction.atomic(), all_through(MemoryPort()):
        for table in sorted(model._meta.db_table for model in {*_of_customers(), *_ALSO}):
            run(past.COVER.format(table=table))
        yield
        transaction.set_rollback(True)


@cache
def _of_customers() -> frozenset[type[models.Model]]:
    """Customers, and everything that leads to them by its keys."""
    found: set[type[models.Model]] = {Customer}
    rest = {model for floor in _FLOORS for model in apps.get_app_config(floor).get_models()}
    while more := {model for model in rest - found if found.intersection(_targets(model))}:
        found |= more
    return frozenset(found)


def _targets(model: type[models.Model]) -> Iterator[type[models.Model]]:
    for field in model._meta.get_fields():
        if field.concrete and isinstance(field.related_model, type):
            yield field.related_model
