"""What a person asks of a campaign before doing something to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet

from campaigns.definition.parts import Definition
from campaigns.models import Campaign, CampaignVersion, Enrollment, EnrollmentState, RunState, StepRun, VersionState

WAITING = (RunState.WAITING, RunState.FROZEN)


@dataclass(frozen=True, slots=True)
class Overdue:
    """Steps of a paused campaign that stand still, and those of them that would have been done by now."""

    frozen: int
    overdue: int
    messages: int


@dataclass(frozen=True, slots=True)
class Affected:
    """Customers inside whom a new version concerns: ``stay``: their step is still there; ``lost``: by the key of the
    step that is not."""

    inside: int
    stay: int
    lost: tuple[tuple[str, int], ...]


def being_written(campaigns: Iterable[Campaign]) -> dict[int, str]:
    """By campaign: the state of its version that has not been in force yet."""
    unpublished = (VersionState.DRAFT, VersionState.IN_REVIEW)
    rows = CampaignVersion.objects.filter(campaign__in=campaigns, state__in=unpublished)
    return dict(rows.values_list("campaign", "state"))


def overdue(campaign: Campaign, now: datetime) -> Overdue:
    late = Q(due_at__lte=now)
    found = StepRun.objects.filter(campaign=campaign, state=RunState.FROZEN).aggregate(
        frozen=Count("id"),
        overdue=Count("id", filter=late),
        messages=Count("id", filter=late & Q(kind__in=("email", "in_app", "webhook", "action"))),
    )
    return Overdue(**found)


def affected(campaign: Campaign, definition: Definition) -> Affected:
    """Whom a new text concerns, by the steps at which they wait."""
    kinds = {step.key: step.kind for _, step in definition.all_steps()}
    waiting = StepRun.objects.filter(campaign=campaign, state__in=WAITING).order_by()
    at = list(waiting.values_list("step", "kind").annotate(Count("id")).order_by("step"))
    lost = tuple((step, number) for step, kind, number in at if kinds.get(step) != kind)
    stay = sum(number for step, kind, number in at if kinds.get(step) == kind)
    return Affected(inside(campaign), stay, lost)


def inside(campaign: Campaign) -> int:
    return Enrollment.objects.filter(campaign=campaign, state=EnrollmentState.ACTIVE).count()


def with_versions(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """Each with its versions, the newest first."""
    versions = CampaignVersion.objects.select_related("written_by", "submitted_by", "published_by")
    return campaigns.prefetch_related(Prefetch("versions", versions.order_by("-number")))


def open_version(campaign: Campaign) -> CampaignVersion | None:
    """Its draft, or what is in review."""
    drafts = campaign.versions.filter(state__in=(VersionState.DRAFT, VersionState.IN_REVIEW))
    return drafts.select_related("written_by", "campaign").first()
