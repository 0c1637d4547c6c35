"""What is asked of customers' ways through campaigns."""

from __future__ import annotations

from django.db.models import QuerySet

from campaigns.models import Enrollment, StepRun
from lifecycle.models import Customer


def runs_of(enrollment: Enrollment) -> QuerySet[StepRun]:
    """Its steps in the order in which they were planned, each with its message."""
    return (
        StepRun.objects.filter(enrollment=enrollment).select_related("delivery", "enrollment__version").order_by("id")
    )


def enrollments_of(customer: Customer) -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(customer=customer).select_related("campaign").order_by("-entered_at", "-id")
