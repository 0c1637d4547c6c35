"""What customers reached in periods."""

from __future__ import annotations

from datetime import date

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customer_success.models import PeriodType, SuccessMetrics

from .lifecycle import CustomerFactory


class SuccessMetricsFactory(DjangoModelFactory):
    class Meta:
        model = SuccessMetrics

    customer = factory.SubFactory(CustomerFactory)
    period_type = PeriodType.MONTHLY
    period_start = date(2026, 1, 1)
    recorded_at = factory.LazyFunction(timezone.now)
