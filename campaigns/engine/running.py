"""Whether a campaign runs: switched on and off, paused and resumed, ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.models import Campaign, CampaignState, EndReason, Enrollment, EnrollmentState, VersionState

from .entries import CampaignNotEditable, locked, note, refuse_while_leaving, still_inside
from .exits import end_enrollments
from .freezing import Resume, freeze, thaw
from .listening import listen

AT_ONCE = 10_000


@transaction.atomic
def switch_on(*, campaign: Campaign, by: Any, now: datetime, reason: str = "") -> Campaign:
    """Let customers enter again; what happened in between is not made up for."""
    refuse_while_leaving(locked(campaign))
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


def switch_off(*, campaign: Campaign, by: Any, now: datetime, reason: str = "") -> Campaign:
    """Nobody enters, and nothing more is done for who is inside: they leave, the first at once.

    Of very many, workers let the others leave by and by (``let_leave``).
    """
    running = (CampaignState.LIVE, CampaignState.PAUSED, CampaignState.ENDING)
    with transaction.atomic():
        campaign = _turned(campaign, running, CampaignState.OFF, now, reason)
        number = still_inside(campaign).count()
        note(campaign, f"Switched off; {number:,} customers leave it", by=by, now=now, reason=reason)
        listen()
    let_leave(now=now, campaign=campaign)
    return campaign


def let_leave(*, now: datetime, campaign: Campaign | None = None) -> int:
    """Let the next ones leave who are still inside campaigns that are off, or one of them; returns how many did."""
    off = [campaign] if campaign else Campaign.objects.filter(state=CampaignState.OFF)
    leaving = list(still_inside(*off).order_by("id").values_list("id", flat=True)[:AT_ONCE])
    enrollments = Enrollment.objects.filter(id__in=leaving)
    return end_enrollments(enrollments=enrollments, reason=EndReason.CAMPAIGN_ENDED, now=now) if leaving else 0


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
