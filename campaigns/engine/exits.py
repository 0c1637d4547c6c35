"""How customers leave campaigns."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from campaigns.models import EndReason, Enrollment, EnrollmentState, RunState, StepRun


@transaction.atomic
def end_enrollments(*, enrollments: QuerySet[Enrollment], reason: EndReason, now: datetime) -> int:
    """End those that are active, and cancel what still waits of them; returns how many."""
    ids = list(enrollments.filter(state=EnrollmentState.ACTIVE).order_by("id").values_list("id", flat=True))
    StepRun.objects.filter(enrollment__in=ids, state__in=(RunState.WAITING, RunState.FROZEN)).update(
        state=RunState.CANCELLED, done_at=now, reason=reason
    )
    ended = Enrollment.objects.filter(id__in=ids, state=EnrollmentState.ACTIVE)
    return ended.update(state=EnrollmentState.EXITED, ended_at=now, end_reason=reason)
