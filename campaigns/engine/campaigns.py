"""Campaigns as such: made and described. What they say stands in their versions, which ``publishing`` writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.models import Campaign

from .entries import locked, note
from .publishing import write_draft


class KeyTaken(ValueError):
    """It was not made: its key is another's."""


@transaction.atomic
def create_campaign(
    *, key: str, name: str, by: Any, now: datetime, description: str = "", definition: object = None
) -> Campaign:
    """A campaign that is off; with a ``definition`` also its first draft.

    Raises ``KeyTaken`` and ``DefinitionError``.
    """
    campaign, is_new = Campaign.objects.get_or_create(key=key, defaults={"name": name, "description": description})
    if not is_new:
        raise KeyTaken(f"There is a campaign {key} already.")
    note(campaign, "Created", by=by, now=now)
    if definition is not None:
        write_draft(campaign=campaign, definition=definition, by=by, now=now)
    return campaign


@transaction.atomic
def describe_campaign(*, campaign: Campaign, changes: Mapping[str, str], by: Any, now: datetime) -> Campaign:
    """Change its name or its description."""
    campaign = locked(campaign)
    for field in ("name", "description"):
        setattr(campaign, field, changes.get(field, getattr(campaign, field)))
    campaign.save()
    note(campaign, "Described anew", by=by, now=now)
    return campaign
