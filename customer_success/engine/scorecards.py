"""Scorecards: their drafts, and those that are shipped. ``scoring`` puts them in force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from customer_success.metrics.inputs import INPUTS
from customer_success.models import Scorecard, ScorecardState, ScorecardVersion
from customer_success.rules.scorecard_text import ScorecardError, read_scorecard, write_scorecard
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.rules.nodes import metrics_of, to_json
from lifecycle.rules.parse import Problem, RuleError, parse

from .scoring import publish_scorecard

SHIPPED = Path(__file__).resolve().parent.parent / "shipped/scorecards.json"


@transaction.atomic
def write_scorecard_draft(*, scorecard: Scorecard, definition: object, applies_to: object, by: Any) -> ScorecardVersion:
    """Write the draft of a scorecard: the one that is there is changed, otherwise a new version starts.

    Raises ``ScorecardError``; paths that begin with ``applies_to`` are of the condition.
    """
    written, whom = check_scorecard(definition, applies_to)
    scorecard = Scorecard.objects.select_for_update(no_key=True).get(id=scorecard.id)  # one version number at a time
    draft = scorecard.versions.filter(state=ScorecardState.DRAFT).first()
    if draft is None:
        latest = scorecard.versions.aggregate(latest=Max("number"))["latest"] or 0
        draft = ScorecardVersion(scorecard=scorecard, number=latest + 1)
    draft.definition, draft.applies_to, draft.written_by = written, whom, by
    draft.save()
    return draft


def check_scorecard(definition: object, applies_to: object) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Both in their one JSON spelling. Raises ``ScorecardError`` with all that is wrong."""
    problems: list[Problem] = []
    written, whom = {}, None
    try:
        written = write_scorecard(read_scorecard(definition, INPUTS))
    except ScorecardError as error:
        problems += error.problems
    try:
        whom = None if applies_to is None else _condition(applies_to)
    except RuleError as error:
        problems += (Problem(f"applies_to.{one.path}".rstrip("."), one.message) for one in error.problems)
    if problems:
        raise ScorecardError(problems)
    return written, whom


def _condition(applies_to: object) -> dict[str, Any]:
    node = parse(applies_to, CATALOGUE)
    for name in metrics_of(node):
        if name not in INPUTS:
            raise RuleError([Problem("", f"{name} cannot say whom a scorecard scores; it is no input")])
    return to_json(node)


def load_scorecards(*, now: datetime) -> list[str]:
    """Publish the shipped scorecards that are not there yet; returns a line for each."""
    shipped: list[Mapping[str, Any]] = json.loads(SHIPPED.read_text())
    return [f"scorecard {one['code']}" for one in shipped if load_scorecard(shipped=one, now=now)]


@transaction.atomic
def load_scorecard(*, shipped: Mapping[str, Any], now: datetime) -> bool:
    """Publish a scorecard that is not there yet; whether it was not."""
    about = {name: shipped[name] for name in ("name", "description", "priority")}
    scorecard, is_new = Scorecard.objects.get_or_create(code=shipped["code"], defaults=about)
    if is_new:
        draft = write_scorecard_draft(
            scorecard=scorecard, definition=shipped["definition"], applies_to=shipped["applies_to"], by=None
        )
        publish_scorecard(version=draft, by=None, now=now)
    return is_new
