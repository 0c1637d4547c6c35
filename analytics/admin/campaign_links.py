"""Addresses of what stands behind the results of campaigns."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from campaigns.admin.campaign_page import Elsewhere, register_elsewhere
from campaigns.models import Campaign

from .board import PERMISSION, address


def listed(model: str, campaign: Campaign | None, **asked: str) -> str:
    """The list of enrollments or deliveries, of a campaign or of all."""
    about = {**({"campaign": campaign.key} if campaign else {}), **asked}
    return f"{reverse(f'admin:campaigns_{model}_changelist')}{'?' if about else ''}{urlencode(about)}"


def results_of(campaign: Campaign) -> str:
    return address("campaign_results", campaign=campaign.key)


register_elsewhere(Elsewhere("Results", PERMISSION, results_of))
