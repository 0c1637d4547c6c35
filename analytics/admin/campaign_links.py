"""Addresses of what stands behind the results of campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.urls import reverse

from analytics.queries.campaigns import Results
from analytics.rules.periods import Period
from campaigns.admin.campaign_page import Elsewhere, register_elsewhere
from campaigns.admin.filters import ANY_CAMPAIGN
from campaigns.models import Campaign
from lifecycle.admin.between import between

from .board import PERMISSION, address


def entered(found: Results, campaign: Campaign | None, **asked: str) -> str:
    """The enrollments of the range, in a campaign or in all."""
    return _listed("enrollment", "entered_at", found, campaign, asked)


def planned(found: Results, campaign: Campaign | None, **asked: str) -> str:
    """The messages that were planned in the range, by a campaign or by all."""
    return _listed("delivery", "planned_at", found, campaign, asked)


def _listed(model: str, at: str, found: Results, campaign: Campaign | None, asked: Mapping[str, str]) -> str:
    days = between(found.period.since, found.period.until, known=found.as_of)
    about = {"campaign": campaign.key if campaign else ANY_CAMPAIGN, at: days, **asked}
    return f"{reverse(f'admin:campaigns_{model}_changelist')}?{urlencode(about)}"


def results_of(campaign: Campaign, period: Period | None = None) -> str:
    days = {"start": period.start, "end": period.end} if period else {}
    return address("campaign_results", campaign=campaign.key, **days)


register_elsewhere(Elsewhere("Results", PERMISSION, results_of))
