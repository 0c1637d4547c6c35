"""Alerts about customers' health."""

from __future__ import annotations

from django.db.models import QuerySet

from customer_success.models import HealthAlert


def health_alerts() -> QuerySet[HealthAlert]:
    return HealthAlert.objects.select_related("customer", "customer__owner", "handled_by")
