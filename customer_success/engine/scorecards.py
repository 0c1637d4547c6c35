"""Scorecards: drafts are written and published; a version that scored somebody is never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from customer_success.metrics.inputs import INPUTS
from customer_success.models import Scorecard, ScorecardState, ScorecardVersion
from customer_success.rules.scorecard_text import ScorecardError, read_scorecard, write_scorecard
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.rules.nodes import to_json
from lifecycle.rules.parse import Problem, RuleError, parse

APPLIES_TO = "applies_to"


class ScorecardNotChanged(ValueError):
    """The version is not what it has to be for this: why, as a sentence."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What a person writes of a version; ``applies_to``: a condition tree, ``None`` for everybody."""

    definition: Any
    applies_to: Any = None


def check(text: Writing) -> Writing:
    """The same in its one spelling. Raises ``ScorecardError`` with all that is wrong with it."""
    problems: list[Problem] = []
    definition, applies_to = None, None
    try:
        definition = write_scorecard(read_scorecard(text.definition, INPUTS))
    except ScorecardError as error:
        problems.extend(error.problems)
    try:
        applies_to = None if text.applies_to is None else to_json(parse(text.applies_to, CATALOGUE))
    except RuleError as error:
        problems.extend(Problem(f"{APPLIES_TO}.{one.path}".rstrip("."), one.message) for one in error.problems)
    if problems:
        raise ScorecardError(problems)
    return Writing(definition, applies_to)


@transaction.atomic
def write_draft(*, scorecard: Scorecard, text: Writing, by: Any) -> ScorecardVersion:
    """Write the draft of a scorecard: the one that is there is changed, otherwise a new version starts.

    Raises ``ScorecardError``.
    """
    text = check(text)
    versions = _versions(scorecard)
    draft = versions.filter(state=ScorecardState.DRAFT).first()
    if draft is None:
        latest = versions.aggregate(latest=Max("number"))["latest"] or 0
        draft = ScorecardVersion(scorecard=scorecard, number=latest + 1)
    draft.definition, draft.applies_to, draft.written_by = text.definition, text.applies_to, by
    draft.save()
    return draft


@transaction.atomic
def change_draft(*, version: ScorecardVersion, text: Writing, by: Any) -> ScorecardVersion:
    """Change this draft and no other. Raises ``ScorecardError`` and ``ScorecardNotChanged``."""
    _draft(version)
    return write_draft(scorecard=version.scorecard, text=text, by=by)


@transaction.atomic
def start_draft(*, scorecard: Scorecard, text: Writing, by: Any) -> ScorecardVersion:
    """Start the next version. Raises ``ScorecardError`` and, where there is a draft already, ``ScorecardNotChanged``."""
    if draft := _versions(scorecard).filter(state=ScorecardState.DRAFT).first():
        raise ScorecardNotChanged(f"There is a draft already, version {draft.number}; change that one.")
    return write_draft(scorecard=scorecard, text=text, by=by)


@transaction.atomic
def publish(*, version: ScorecardVersion, by: Any, now: datetime) -> ScorecardVersion:
    """Put a draft in force in place of the version before it; at the next run it scores everybody anew.

    Raises ``ScorecardError`` and ``ScorecardNotChanged``.
    """
    version = _draft(version)
    check(Writing(version.definition, version.applies_to))  # what it reads may be gone since it was written
    _versions(version.scorecard).filter(state=ScorecardState.PUBLISHED).update(state=ScorecardState.RETIRED)
    version.state, version.published_at, version.published_by = ScorecardState.PUBLISHED, now, by
    version.save()
    return version


@transaction.atomic
def retire(*, version: ScorecardVersion) -> None:
    """Take a version out of force; its customers are scored by the next scorecard that applies to them.

    Raises ``ScorecardNotChanged``.
    """
    found = ScorecardVersion.objects.filter(id=version.id, state=ScorecardState.PUBLISHED)
    if not found.update(state=ScorecardState.RETIRED):
        raise ScorecardNotChanged(f"{version} is not in force.")


@transaction.atomic
def delete_draft(*, version: ScorecardVersion) -> None:
    """Delete a draft, which has scored nobody. Raises ``ScorecardNotChanged``."""
    _draft(version).delete()


def _versions(scorecard: Scorecard) -> Any:
    """Its versions; nobody else writes one of them until the transaction ends."""
    Scorecard.objects.select_for_update(no_key=True).get(id=scorecard.id)
    return ScorecardVersion.objects.filter(scorecard=scorecard).order_by("number")


def _draft(version: ScorecardVersion) -> ScorecardVersion:
    found: ScorecardVersion | None = _versions(version.scorecard).filter(id=version.id).first()
    if found is None:
        raise ScorecardNotChanged(f"{version} was deleted meanwhile.")
    if found.state != ScorecardState.DRAFT:
        raise ScorecardNotChanged(
            f"{version} is {found.get_state_display().lower()} and stays so; write a new version of it."
        )
    return found
