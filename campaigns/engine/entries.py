"""What all changes of a campaign have in common: its row is held, and its log gets a line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from campaigns.models import Campaign, CampaignEntry


class CampaignNotEditable(ValueError):
    """It was not done: the campaign or the version is in another state by now."""


def locked(campaign: Campaign) -> Campaign:
    """Whoever changes a campaign or its versions holds its row; what only refers to it need not wait."""
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)


def note(campaign: Campaign, did: str, *, by: Any, now: datetime, reason: str = "") -> None:
    """One line of the campaign's log; ``by`` empty: automation."""
    CampaignEntry.objects.create(campaign=campaign, at=now, by=by, did=did, reason=reason)
