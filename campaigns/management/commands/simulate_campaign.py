"""Plays a scenario on a campaign and says what was expected and what came; nothing is stored, and nothing goes out."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from campaigns.definition.outcome import Line
from campaigns.definition.scenario import Scenario, ScenarioError, read_scenario
from campaigns.definition.text import DefinitionError
from campaigns.engine.simulate import Played, simulate
from campaigns.models import Campaign, CampaignVersion, VersionState
from lifecycle.management.arguments import rule_file


class Command(BaseCommand):
    help = (
        "Plays a scenario (what happens to a customer, and what shall follow) on a campaign with a clock of its own. "
        "The exit code is 1 if anything else came than was expected. "
        "Scenarios of what is shipped are in campaigns/shipped/scenarios."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("campaign", metavar="CAMPAIGN", help="its key")
        parser.add_argument("--scenario", metavar="FILE", type=Path, required=True, help="JSON or YAML")
        parser.add_argument("--draft", action="store_true", help="the draft instead of the live version")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *, campaign: str, scenario: Path, draft: bool, **options: Any) -> None:
        version = _version(campaign, draft)
        try:
            told = read_scenario(rule_file(scenario))
            if told.campaign not in {None, campaign}:
                raise ScenarioError(f"It is for the campaign {told.campaign}.")
            played = simulate(version=version, scenario=told)
        except ScenarioError as error:
            raise CommandError(f"{scenario}: {error}") from error
        except DefinitionError as error:
            raise CommandError(f"{version} cannot be played:\n{error}") from error
        say = _as_json if options["format"] == "json" else _as_text
        self.stdout.write(say(version, told, played))
        if not played.is_as_expected:
            raise SystemExit(1)


def _version(key: str, draft: bool) -> CampaignVersion:
    """The draft, or the live version, or the latest if there is none."""
    versions = CampaignVersion.objects.filter(campaign__key=key).select_related("campaign").order_by("-number")
    live, open_ = versions.filter(state=VersionState.LIVE), versions.filter(state__in=("draft", "in_review"))
    version = open_.first() if draft else live.first() or versions.first()
    if version is not None:
        return version
    if Campaign.objects.filter(key=key).exists():
        raise CommandError(f"The campaign {key} has no {'draft' if draft else 'version'}.")
    known = ", ".join(Campaign.objects.order_by("key").values_list("key", flat=True)) or "none"
    raise CommandError(f"There is no campaign {key}. There are: {known}.")


def _as_text(version: CampaignVersion, scenario: Scenario, played: Played) -> str:
    return "\n".join(_lines(version, scenario, played))


def _lines(version: CampaignVersion, scenario: Scenario, played: Played) -> Iterator[str]:
    zone = ZoneInfo(scenario.customer.timezone)
    yield f"{version}, {scenario.days} days from {_clock(scenario.begins, zone)} on, {zone}. {scenario.about}".rstrip()
    yield from _told("What came:", played.came, zone) if played.came else ["Nothing came."]
    if scenario.expect is None:
        yield "Nothing was expected."
    elif played.is_as_expected:
        yield "As expected."
    if played.missing:
        yield from _told("Was expected and did not come:", played.missing, zone)
    if played.unexpected:
        yield from _told("Came and was not expected:", played.unexpected, zone)


def _told(heading: str, lines: Iterable[Line], zone: ZoneInfo) -> Iterator[str]:
    yield heading
    for line in lines:
        said = ", ".join(f"{name} {_word(value, zone)}" for name, value in line.said.items())
        yield f"  {_clock(line.at, zone)}  {line.kind}: {said}".rstrip(": ")


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _word(value: object, zone: ZoneInfo) -> str:
    return _clock(value, zone) if isinstance(value, datetime) else f"“{value}”"


def _as_json(version: CampaignVersion, scenario: Scenario, played: Played) -> str:
    whole: dict[str, Any] = {
        "campaign": version.campaign.key,
        "version": version.number,
        "as_expected": played.is_as_expected,
        "instants": played.instants,
    }
    for name in ("came", "missing", "unexpected"):
        whole[name] = [{"kind": line.kind, "at": line.at, **line.said} for line in getattr(played, name)]
    return json.dumps(whole, indent=2, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
