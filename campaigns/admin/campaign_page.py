"""The page of one campaign: its state, how far customers come, its versions and what was done to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse

from campaigns.definition.parts import Definition
from campaigns.definition.text import DefinitionError
from campaigns.definition.words import about, begins, ends, when
from campaigns.models import Campaign, CampaignVersion, VersionState
from campaigns.queries.definitions import read
from campaigns.queries.funnel import AtStep, Funnel, funnel
from lifecycle.admin.pages import framed

from .editor import latest
from .flow_drawing import flow_picture
from .words import tags_named, told

ENTRIES = 50


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a floor above tells more of a campaign; it registers when its admin is imported."""

    label: str
    permission: str
    url: Callable[[Campaign], str]


_elsewhere: list[Elsewhere] = []


def register_elsewhere(link: Elsewhere) -> None:
    _elsewhere.append(link)


@dataclass(frozen=True, slots=True)
class Line:
    """A step in the funnel; ``depth``: how many paths it lies in."""

    when: str
    about: str
    depth: int
    at: AtStep


def campaign_page(admin: ModelAdmin[Any], request: HttpRequest, campaign: Campaign, *, now: datetime) -> HttpResponse:
    """Of the version that is asked for, else the one that is live, else the latest."""
    versions = list(campaign.versions.select_related("written_by", "published_by", "submitted_by"))
    version = _chosen(versions, request.GET.get("version"), campaign)
    counted = funnel(campaign, user=request.user, now=now)
    return framed(
        admin, request, "campaigns/admin/campaign.html", title=campaign.name, original=campaign,
        campaign=campaign, versions=versions, version=version, counted=counted,
        draft=next((one for one in versions if one.state in (VersionState.DRAFT, VersionState.IN_REVIEW)), None),
        entries=campaign.entries.select_related("by")[:ENTRIES],
        may_write=request.user.has_perm("campaigns.change_campaignversion"),
        elsewhere=[(one.url(campaign), one.label) for one in _elsewhere if request.user.has_perm(one.permission)],
        **(_shown(version, counted) if version else {}),
    )  # fmt: skip


def _chosen(versions: list[CampaignVersion], asked: str | None, campaign: Campaign) -> CampaignVersion | None:
    if asked is None:
        live = next((one for one in versions if one.state == VersionState.LIVE), None)
        return live or latest(campaign)
    for one in versions:
        if str(one.number) == asked:
            return one
    raise Http404


def _shown(version: CampaignVersion, counted: Funnel | None) -> dict[str, Any]:
    try:
        definition = read(version.definition)
    except DefinitionError as error:
        return {"problems": [f"{one.path}: {one.sentence}" for one in error.problems]}
    counts, named = counted.steps if counted else {}, tags_named(definition)
    return {
        "definition": definition,
        "picture": flow_picture(definition, tell=told, named=named, counts=counts),
        "begins": begins(definition.trigger, told, named),
        "entry": told(definition.entry) if definition.entry else "",
        "stay": told(definition.stay) if definition.stay else "",
        "exits": ends(definition.exit, named),
        "goal": ends(definition.goal, named),
        "lines": _lines(definition, counts),
    }


def _lines(definition: Definition, counts: dict[str, AtStep]) -> list[Line]:
    return [
        Line(when(step), about(step, told), place.count(".paths."), counts.get(step.key, AtStep()))
        for place, step in definition.all_steps()
    ]
