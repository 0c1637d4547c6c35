"""What all changes of a campaign have in common: its row is held, and its log gets a line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from campaigns.models import Campaign, CampaignEntry, CampaignState, Enrollment, EnrollmentState


class CampaignNotEditable(ValueError):
    """It was not done: the campaign or the version is in another state by now."""


def locked(campaign: Campaign) -> Campaign:
    """Whoever changes a campaign or its versions holds its row; what only refers to it need not wait."""
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)


def still_inside(*campaigns: Campaign) -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(version__campaign__in=campaigns, state=EnrollmentState.ACTIVE)


def refuse_while_leaving(campaign: Campaign) -> None:
    """Who was inside when it was switched off is out before anybody enters again. Raises ``CampaignNotEditable``."""
    if campaign.state == CampaignState.OFF and still_inside(campaign).exists():
        raise CampaignNotEditable(f"Customers are still leaving {campaign}; try again in some minutes.")


def note(campaign: Campaign, did: str, *, by: Any, now: datetime, reason: str = "") -> None:
    """One line of the campaign's log; ``by`` empty: automation."""
    CampaignEntry.objects.create(campaign=campaign, at=now, by=by, did=did, reason=reason)
