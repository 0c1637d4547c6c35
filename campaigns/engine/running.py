"""Whether a campaign runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.models import Campaign, CampaignEntry, CampaignState, RunState, StepRun


@transaction.atomic
def pause(*, campaign: Campaign, by: Any, reason: str, now: datetime) -> Campaign:
    """Nobody enters, and who is inside stands still. ``by`` empty: automation."""
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    campaign.state, campaign.state_at, campaign.state_reason = CampaignState.PAUSED, now, reason
    campaign.save()
    StepRun.objects.filter(campaign=campaign, state=RunState.WAITING).update(state=RunState.FROZEN)
    CampaignEntry.objects.create(campaign=campaign, at=now, by=by, did="Paused", reason=reason)
    return campaign
