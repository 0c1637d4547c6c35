"""Days that are kept, and targets."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from analytics import models


class SnapshotFactory(DjangoModelFactory):
    class Meta:
        model = models.Snapshot

    day = date(2026, 3, 2)
    as_of = datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC)
    taken_at = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)


class FigureFactory(DjangoModelFactory):
    class Meta:
        model = models.Figure

    snapshot = factory.SubFactory(SnapshotFactory)
    report = "tag_customers"
    value = Decimal(1)
    n = 1


class KpiTargetFactory(DjangoModelFactory):
    class Meta:
        model = models.KpiTarget

    code = factory.Sequence(lambda n: f"kpi-{n}")
    target = Decimal(70)
