"""Customers who leave a campaign."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from campaigns.models import EndReason, Enrollment, EnrollmentState, RunState, StepRun


def end_enrollments(*, enrollments: QuerySet[Enrollment], reason: EndReason, now: datetime) -> int:
    """End those that are active, and cancel what waits for them; returns how many."""
    ending = list(enrollments.filter(state=EnrollmentState.ACTIVE).values_list("id", flat=True))
    waiting = StepRun.objects.filter(enrollment__in=ending, state__in=(RunState.WAITING, RunState.FROZEN))
    waiting.update(state=RunState.CANCELLED, reason=reason, done_at=now)
    state = EnrollmentState.COMPLETED if reason == EndReason.END else EnrollmentState.CANCELLED
    active = Enrollment.objects.filter(id__in=ending, state=EnrollmentState.ACTIVE)
    return active.update(state=state, end_reason=reason, ended_at=now)
