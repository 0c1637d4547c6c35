"""Alerts about customers' health."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from customer_success.models import AlertState, HealthAlert


def health_alerts() -> QuerySet[HealthAlert]:
    return HealthAlert.objects.select_related("customer", "customer__owner", "handled_by")


def unread(now: datetime) -> Q:
    """Alerts that nobody has looked after yet, those put off until now among them."""
    is_open = Q(state=AlertState.OPEN) | Q(state=AlertState.SNOOZED, snoozed_until__lte=now)
    return Q(is_open, ended_at=None)
