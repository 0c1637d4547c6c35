"""Segments are written and deleted; campaigns go on finding those that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from campaigns.models import CampaignVersion, Segment, VersionState
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import Lifecycle
from lifecycle.rules.nodes import to_json
from lifecycle.rules.parse import parse

from .campaigns import KeyTaken


class SegmentInUse(ValueError):
    """It was not deleted: a campaign goes over it."""


@transaction.atomic
def create_segment(*, key: str, name: str, lifecycle: Lifecycle, condition: object) -> Segment:
    """Raises ``RuleError`` and ``KeyTaken``."""
    values = {"name": name, "lifecycle": lifecycle, "condition": to_json(parse(condition, CATALOGUE))}
    segment, is_new = Segment.objects.get_or_create(key=key, defaults=values)
    if not is_new:
        raise KeyTaken(f"There is a segment {key} already.")
    return segment


@transaction.atomic
def change_segment(*, segment: Segment, changes: Mapping[str, Any]) -> Segment:
    """Name, lifecycle or condition; its key stays, for campaigns name it. Raises ``RuleError``."""
    segment = Segment.objects.select_for_update().get(pk=segment.pk)
    for field in ("name", "lifecycle"):
        setattr(segment, field, changes.get(field, getattr(segment, field)))
    if "condition" in changes:
        segment.condition = to_json(parse(changes["condition"], CATALOGUE))
    segment.save()
    return segment


def user_of(segment: Segment) -> CampaignVersion | None:
    """A version that goes over it."""
    naming = CampaignVersion.objects.filter(definition__trigger__segment=segment.key)
    return naming.exclude(state=VersionState.RETIRED).select_related("campaign").first()


@transaction.atomic
def delete_segment(*, segment: Segment) -> None:
    """Raises ``SegmentInUse``."""
    if version := user_of(segment):
        raise SegmentInUse(f"{version} goes over the segment {segment.key}.")
    segment.delete()
