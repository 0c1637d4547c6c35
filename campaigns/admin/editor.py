"""The editor: what a campaign says, as forms that a marketer can write, with the drawn flow beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_datetime

from campaigns.definition.kinds import KINDS
from campaigns.definition.parts import Definition
from campaigns.definition.text import DefinitionError
from campaigns.definition.words import about, begins, ends, name_of, when
from campaigns.engine.entries import CampaignNotEditable
from campaigns.engine.publishing import OPEN, checked, write_draft
from campaigns.models import Campaign, CampaignVersion, TriggerKind, VersionState
from campaigns.queries.audience import audience
from campaigns.queries.campaigns import Affected, affected
from lifecycle.admin.pages import framed
from lifecycle.admin.rule_editor import vocabulary
from lifecycle.models import Lifecycle
from lifecycle.rules.parse import Problem

from .editor_moves import added, moved, removed, with_keys
from .editor_reading import Found, Written
from .editor_showing import Showing
from .flow_drawing import FlowPicture, flow_picture
from .words import tags_named, told

# Each defines what the next one uses.
_CONDITIONS = ("metric_picker", "rule_distribution", "rule_tree", "rule_rows", "rule_editor")
SCRIPTS = (*(f"lifecycle/{name}.js" for name in _CONDITIONS), "campaigns/editor.js")
# A new step is chosen from the kinds as they stand here; the others follow.
_ORDER = (
    "email", "in_app", "wait", "wait_for", "branch", "split", "task", "alert", "set_trait", "remove_trait", "action",
    "webhook", "holdout",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """What is being written. ``problems``: those that are told; what is only missing is no mistake before somebody
    tries to save. ``at``: the place that is looked at next. ``is_refused``: somebody tried to save it in vain."""

    campaign: Campaign
    version: CampaignVersion | None
    found: Found
    problems: Sequence[Problem] = ()
    at: str = ""
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the forms: the flow and the sentences, or what is missing for them."""

    picture: FlowPicture | None = None
    begins: str = ""
    exits: str = ""
    goal: str = ""
    audience: int | None = None
    affected: Affected | None = None
    missing: int = 0


def sentences(definition: Definition) -> dict[str, str]:
    """By the place of a step: when it is done and what it does."""
    return {place: f"{when(step)}: {about(step, told)}." for place, step in definition.all_steps()}


def editor_page(admin: ModelAdmin[Any], request: HttpRequest, campaign: Campaign, *, now: datetime) -> HttpResponse:
    """Writes the draft of a campaign, or the next version with the text of the live one to begin with."""
    version = latest(campaign)
    if version is not None and version.state == VersionState.IN_REVIEW:
        messages.error(request, f"{version} is in review; send it back before you change it.")
        return redirect("admin:campaigns_campaign_change", campaign.pk)
    if request.method != "POST":
        found = _start(version)
        return _page(admin, request, Text(campaign, version, found, _problems(found)[1] if version else ()), now=now)
    written = Written(request.POST)
    found = written.found
    with_keys(found)
    if "save" not in request.POST:
        at = _changed(found, request.POST)
        return _page(admin, request, Text(campaign, version, found, tuple(written.problems), at), now=now)
    try:
        if written.problems:
            raise DefinitionError([*written.problems, *_problems(found)[1]])
        seen_at = parse_datetime(request.POST.get("seen_at", "")[:40])
        saved = write_draft(campaign=campaign, definition=found, by=request.user, now=now, seen_at=seen_at)
    except DefinitionError as error:
        return _page(admin, request, Text(campaign, version, found, error.problems, is_refused=True), now=now)
    except (CampaignNotEditable, ValueError) as error:  # a time that is none is a ValueError
        said = (Problem("", str(error)),)
        return _page(admin, request, Text(campaign, version, found, said, is_refused=True), now=now)
    messages.success(request, f"Version {saved.number} is saved as a draft. Nobody enters it until it is published.")
    return redirect("admin:campaigns_campaign_change", campaign.pk)


def preview_part(request: HttpRequest, campaign: Campaign, *, now: datetime) -> HttpResponse:
    """What stands beside the forms, for what is written in them right now."""
    written = Written(request.POST)
    with_keys(written.found)
    definition, problems = _problems(written.found)
    beside = _beside(campaign, definition, len({*problems, *written.problems}), now)
    return TemplateResponse(request, "campaigns/admin/_beside.html", {"beside": beside})


def latest(campaign: Campaign) -> CampaignVersion | None:
    """The draft, else the live version, else the one with the highest number."""
    versions = list(campaign.versions.select_related("written_by"))
    by_state = {one.state: one for one in versions}
    for state in (*OPEN, VersionState.LIVE):
        if state in by_state:
            return by_state[state]
    return versions[0] if versions else None


def _page(admin: ModelAdmin[Any], request: HttpRequest, text: Text, *, now: datetime) -> HttpResponse:
    campaign, version, found = text.campaign, text.version, text.found
    definition, missing = _problems(found)
    showing = Showing(found, text.problems, sentences(definition) if definition else {})
    is_draft = version is not None and version.state == VersionState.DRAFT
    seen_at = request.POST.get("seen_at") or (version.written_at.isoformat() if version and is_draft else "")
    return framed(
        admin, request, "campaigns/admin/editor.html", original=campaign,
        title=f"{campaign}, {f'draft {version.number}' if version and is_draft else 'a new version'}",
        campaign=campaign, is_draft=is_draft, shown=showing.whole(), found=found, at=text.at, seen_at=seen_at,
        lifecycles=showing.options.lifecycles, triggers=TriggerKind.choices,
        kinds=[(kind, name_of(kind)) for kind in sorted(KINDS, key=_place)],
        beside=_beside(campaign, definition, len(set(missing)), now), vocabulary=vocabulary(), editor_scripts=SCRIPTS,
        mistakes=len(set(text.problems)) if text.is_refused else 0,
    )  # fmt: skip


def _beside(campaign: Campaign, definition: Definition | None, missing: int, now: datetime) -> Beside:
    if definition is None:
        return Beside(missing=missing)
    named = tags_named(definition)
    return Beside(
        picture=flow_picture(definition, tell=told, named=named),
        begins=begins(definition.trigger, told, named),
        exits=ends(definition.exit, named),
        goal=ends(definition.goal, named),
        audience=audience(definition, now=now),
        affected=affected(campaign, definition),
    )


def _problems(found: Found) -> tuple[Definition | None, tuple[Problem, ...]]:
    try:
        return checked(found), ()
    except DefinitionError as error:
        return None, error.problems


def _start(version: CampaignVersion | None) -> Found:
    if version is not None:
        return dict(version.definition)
    lifecycle = Lifecycle.objects.order_by("id").first()
    code = lifecycle.code if lifecycle else ""
    return {"lifecycle": code, "trigger": {"kind": "entered_tag", "lifecycle": code}, "steps": []}


def _changed(found: Found, data: Mapping[str, str]) -> str:
    """Do to the steps what the button says; returns where the page is looked at next."""
    if place := data.get("add"):
        return added(found, place, data.get(f"new {place}", ""))
    for name, by in (("up", -1), ("down", 1)):
        if place := data.get(name):
            return moved(found, place, by)
    if place := data.get("remove"):
        removed(found, place)
    return ""


def _place(kind: str) -> tuple[int, str]:
    return (_ORDER.index(kind) if kind in _ORDER else len(_ORDER), kind)
