"""From one step to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from campaigns.models import EndReason, Enrollment, StepRun
from campaigns.queries.definitions import flow_of

from .exits import end_enrollments
from .kinds import Work


def plan_next(works: Sequence[Work], paths: Mapping[int, str], now: datetime) -> None:
    """Plan the step after for each enrollment, or end it."""
    planned, at_the_end = [], []
    for work in works:
        step = flow_of(work.enrollment.version).next(work.step.key, paths[work.run.id])
        if step is None:
            at_the_end.append(work.enrollment.id)
            continue
        after = timedelta(days=step.after.days, hours=step.after.hours, minutes=step.after.minutes)
        planned.append(
            StepRun(
                enrollment=work.enrollment, campaign_id=work.run.campaign_id, customer_id=work.run.customer_id,
                step=step.key, kind=step.kind, due_at=now + after,
            )
        )  # fmt: skip
    StepRun.objects.bulk_create(planned, ignore_conflicts=True)
    end_enrollments(enrollments=Enrollment.objects.filter(id__in=at_the_end), reason=EndReason.END, now=now)
