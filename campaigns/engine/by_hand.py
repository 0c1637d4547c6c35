"""What a person does with one customer's way through a campaign."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.models import CampaignEntry, EndReason, Enrollment, EnrollmentState
from lifecycle.models import Customer

from .exits import end_enrollments


class NotTakenOut(ValueError):
    """Nothing was changed; the message says why."""


@transaction.atomic
def take_out(*, enrollment: Enrollment, reason: str, by: Any, now: datetime) -> None:
    """End it: what still waits is cancelled, and the campaign's log says who did it. Raises ``NotTakenOut``."""
    customer = Customer.objects.select_for_update(no_key=True).get(id=enrollment.customer_id)
    found = Enrollment.objects.filter(id=enrollment.id, state=EnrollmentState.ACTIVE)
    if not found.exists():
        raise NotTakenOut("The customer has left the campaign meanwhile; nothing was changed.")
    end_enrollments(enrollments=found, reason=EndReason.BY_HAND, now=now)
    did = f"Took {customer} out"[:200]
    CampaignEntry.objects.create(campaign_id=enrollment.campaign_id, at=now, by=by, did=did, reason=reason)
