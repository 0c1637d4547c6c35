"""What is asked of the log of messages."""

from __future__ import annotations

from django.db.models import QuerySet

from campaigns.models import Delivery, Receipt
from lifecycle.models import Customer

MOST_RECEIPTS = 100


def receipts_of(delivery: Delivery) -> QuerySet[Receipt]:
    """What providers said of it, the latest last."""
    return Receipt.objects.filter(delivery=delivery).order_by("happened_at", "id")[:MOST_RECEIPTS]


def deliveries_of(customer: Customer) -> QuerySet[Delivery]:
    return Delivery.objects.filter(customer=customer).select_related("campaign").order_by("-planned_at", "-id")
