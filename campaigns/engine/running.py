"""Whether a campaign runs: switched on and off, paused and resumed, ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.models import Campaign, CampaignState, EndReason, Enrollment, EnrollmentState, VersionState

from .entries import CampaignNotEditable, locked, note
from .exits import end_enrollments
from .freezing import Resume, freeze, thaw
from .listening import listen


@transaction.atomic
def switch_on(*, campaign: Campaign, by: Any, now: datetime, reason: str = "") -> Campaign:
    """Let customers enter again; what happened in between is not made up for."""
    campaign = _turned(campaign, (CampaignState.OFF, CampaignState.ENDING), CampaignState.LIVE, now, reason)
    if not campaign.versions.filter(state=VersionState.LIVE).update(looked_at=now):
        raise CampaignNotEditable(f"{campaign} has no published version yet.")
    note(campaign, "Switched on", by=by, now=now, reason=reason)
    listen()
    return campaign


@transaction.atomic
def pause(*, campaign: Campaign, by: Any, reason: str, now: datetime) -> Campaign:
    """Nobody enters, and who is inside stands still. ``by`` empty: automation."""
    campaign = _turned(campaign, (CampaignState.LIVE, CampaignState.ENDING), CampaignState.PAUSED, now, reason)
    frozen = freeze(campaign)
    note(campaign, f"Paused; {frozen:,} waiting steps stand still", by=by, now=now, reason=reason)
    return campaign


@transaction.atomic
def resume(*, campaign: Campaign, how: Resume, by: Any, now: datetime, reason: str = "") -> Campaign:
    """Go on. What became due meanwhile is done later by as long as it stood still, left out, or done now."""
    campaign = locked(campaign)
    paused_at, before = campaign.state_at or now, campaign.state_before or CampaignState.LIVE
    campaign = _turned(campaign, (CampaignState.PAUSED,), before, now, reason)
    left_out = thaw(campaign, how=Resume(how), paused_at=paused_at, now=now)
    campaign.versions.filter(state=VersionState.LIVE).update(looked_at=now)
    told = {
        Resume.SHIFT: "Resumed; everything is later by as long as it stood still",
        Resume.SKIP: f"Resumed; {left_out:,} steps that were due meanwhile are left out",
        Resume.NOW: "Resumed; what was due meanwhile is done now",
    }[Resume(how)]
    note(campaign, told, by=by, now=now, reason=reason)
    return campaign


@transaction.atomic
def end(*, campaign: Campaign, by: Any, now: datetime, reason: str = "") -> Campaign:
    """Nobody enters any more; who is inside goes on to the end. ``settle_ends`` switches it off then."""
    campaign = _turned(campaign, (CampaignState.LIVE,), CampaignState.ENDING, now, reason)
    note(campaign, "Ending: nobody enters any more", by=by, now=now, reason=reason)
    return campaign


@transaction.atomic
def switch_off(*, campaign: Campaign, by: Any, now: datetime, reason: str = "") -> Campaign:
    """Nobody enters, and everybody who is inside leaves at once."""
    running = (CampaignState.LIVE, CampaignState.PAUSED, CampaignState.ENDING)
    campaign = _turned(campaign, running, CampaignState.OFF, now, reason)
    inside = Enrollment.objects.filter(campaign=campaign, state=EnrollmentState.ACTIVE)
    number = inside.count()
    end_enrollments(enrollments=inside, reason=EndReason.CAMPAIGN_ENDED, now=now)
    note(campaign, f"Switched off; {number:,} customers left it", by=by, now=now, reason=reason)
    listen()
    return campaign


@transaction.atomic
def settle_ends(*, now: datetime) -> int:
    """Switch off the campaigns that are ending and have nobody inside any more; returns how many."""
    active = Enrollment.objects.filter(state=EnrollmentState.ACTIVE, version__campaign__state=CampaignState.ENDING)
    ended = Campaign.objects.filter(state=CampaignState.ENDING).exclude(id__in=active.values("campaign"))
    found = list(ended.order_by("id").select_for_update(of=("self",), no_key=True))
    for campaign in found:
        campaign.state, campaign.state_at = CampaignState.OFF, now
        campaign.save()
        note(campaign, "Ended: the last customer has left", by=None, now=now)
    return len(found)


def _turned(campaign: Campaign, before: tuple[str, ...], after: str, now: datetime, reason: str) -> Campaign:
    campaign = locked(campaign)
    if campaign.state not in before:
        raise CampaignNotEditable(f"{campaign} is {campaign.get_state_display().lower()} already.")
    campaign.state_before, campaign.state = campaign.state, after
    campaign.state_at, campaign.state_reason = now, reason
    campaign.save()
    return campaign
