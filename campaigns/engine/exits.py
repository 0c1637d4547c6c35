"""How customers leave a campaign."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from campaigns.models import EndReason, Enrollment, EnrollmentState, RunState, StepRun

_STATES = {EndReason.END: EnrollmentState.COMPLETED}


@transaction.atomic
def end_enrollments(*, enrollments: QuerySet[Enrollment], reason: EndReason, now: datetime) -> int:
    """End those that are active, and cancel what waits for them."""
    ids = list(enrollments.filter(state=EnrollmentState.ACTIVE).values_list("id", flat=True))
    StepRun.objects.filter(enrollment__in=ids, state__in=(RunState.WAITING, RunState.FROZEN)).update(
        state=RunState.CANCELLED, reason=reason, done_at=now
    )
    return Enrollment.objects.filter(id__in=ids, state=EnrollmentState.ACTIVE).update(
        state=_STATES.get(reason, EnrollmentState.EXITED), end_reason=reason, ended_at=now
    )
