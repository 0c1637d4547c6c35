"""Waits for a condition end soon after it holds; those for an event are woken by the event itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef

from campaigns.definition.flow import Flow
from campaigns.definition.kinds import WaitFor
from campaigns.definition.parts import Step
from campaigns.models import CampaignVersion, Enrollment, EnrollmentState
from campaigns.queries.conditions import customers_for_whom
from campaigns.queries.definitions import readable
from campaigns.sql.waking import WAKE_MET


def wake_waits(*, now: datetime, customers: Collection[int] | None = None) -> int:
    """Make due the waits whose condition holds, of everybody or of some; returns how many.

    The step itself asks once more when it is done, and at its timeout as well: here only time is saved.
    """
    inside = Enrollment.objects.filter(version=OuterRef("pk"), state=EnrollmentState.ACTIVE)
    versions = CampaignVersion.objects.filter(Exists(inside)).defer("definition")
    return sum(
        _wake(version, flow, step, now, customers)
        for version, flow in readable(versions)
        for step in flow.steps.values()
    )


def _wake(version: CampaignVersion, flow: Flow, step: Step, now: datetime, customers: Collection[int] | None) -> int:
    if not isinstance(step.settings, WaitFor) or step.settings.condition is None:
        return 0
    holds = customers_for_whom(step.settings.condition, lifecycle=flow.definition.lifecycle, as_of=now)
    place = {
        **holds.params, "campaign": version.campaign_id, "version": version.id, "step": step.key, "now": now,
        "customers": None if customers is None else list(customers),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(WAKE_MET.format(holds=holds.sql), place)
        return cursor.rowcount
