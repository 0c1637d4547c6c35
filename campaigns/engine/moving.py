"""People inside a campaign who go on in its new version."""

from __future__ import annotations

from campaigns.definition.parts import Definition
from campaigns.models import CampaignVersion, Enrollment, EnrollmentState, RunState, StepRun

from .exits import hold_customers

WAITS = (RunState.WAITING, RunState.FROZEN)


def move_people(*, version: CampaignVersion, definition: Definition) -> int:
    """Bring those to a version who wait at a step that it has as well; returns how many.

    Who is in work at this moment keeps the version it is in, and so does who waits at another step besides, as for a
    message that is sent again. Customers and rows are held, so that nobody leaves and no worker claims them in between;
    a wait hears of what the new version waits for, and is due when it was due.
    """
    kinds = {step.key: step.kind for _, step in definition.all_steps()}
    older = Enrollment.objects.filter(campaign=version.campaign_id, state=EnrollmentState.ACTIVE)
    hold_customers(older.exclude(version=version).order_by().values_list("customer", flat=True))
    runs = StepRun.objects.filter(enrollment__in=older.exclude(version=version).values("id"))
    held = runs.filter(state__in=WAITS).order_by("id").select_for_update(of=("self",), no_key=True)
    waits = list(held.values_list("id", "enrollment_id", "step", "kind"))
    staying = set(runs.filter(state=RunState.LEASED).values_list("enrollment", flat=True))
    staying |= {enrollment for _, enrollment, step, kind in waits if kinds.get(step) != kind}
    moving = [(run, enrollment) for run, enrollment, *_ in waits if enrollment not in staying]
    enrollments = {enrollment for _, enrollment in moving}
    Enrollment.objects.filter(id__in=enrollments).update(version=version)
    for _, step in definition.all_steps():
        if step.kind == "wait_for":
            mine = StepRun.objects.filter(id__in=[run for run, _ in moving], step=step.key)
            mine.update(awaits=step.settings.event)
    return len(enrollments)
