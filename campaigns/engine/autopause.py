"""Campaigns that do harm are paused, and people are told."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial
from smtplib import SMTPException

from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db import transaction

from campaigns.models import Campaign
from campaigns.queries.harm import harmful

from .entries import CampaignNotEditable
from .freezing import freeze_stragglers
from .running import let_leave, pause, settle_ends

log = logging.getLogger(__name__)


def look_after_campaigns(*, now: datetime) -> int:
    """Pause what does harm, switch off what has come to its end; returns how many campaigns were paused.

    Who is still inside of what was switched off leaves.
    """
    freeze_stragglers()
    while let_leave(now=now):
        pass
    settle_ends(now=now)
    return pause_harmful(now=now)


def pause_harmful(*, now: datetime) -> int:
    """Pause each campaign that does harm, with the reason in its log; returns how many."""
    why = harmful(now=now)
    paused = 0
    for campaign in Campaign.objects.filter(id__in=why):
        try:
            with transaction.atomic():
                pause(campaign=campaign, by=None, reason=why[campaign.id], now=now)
                transaction.on_commit(partial(_tell, campaign, why[campaign.id]))
            paused += 1
        except CampaignNotEditable:  # somebody was faster
            continue
    return paused


def _tell(campaign: Campaign, reason: str) -> None:
    """Write to those who may resume it."""
    people = get_user_model().objects.with_perm(
        "campaigns.publish_campaign", backend="django.contrib.auth.backends.ModelBackend"
    )
    addresses = sorted({person.email for person in people if person.email})
    log.warning("%s paused itself: %s", campaign.key, reason)
    try:
        for address in addresses:
            send_mail(f"“{campaign}” paused itself", f"{reason}\n\nWho is inside stands still.", None, [address])
    except (OSError, SMTPException) as error:
        log.warning("Nobody was told by email that %s is paused: %s", campaign.key, error)
