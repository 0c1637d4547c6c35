"""The steps of a scorecard's versions beside writing and publishing them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from customer_success.models import Scorecard, ScorecardState, ScorecardVersion

from .scorecards import write_scorecard_draft
from .scoring import ScorecardNotEditable


@transaction.atomic
def start_draft(*, scorecard: Scorecard, definition: object, applies_to: object, by: Any) -> ScorecardVersion:
    """Start the next version. Raises ``ScorecardError``, and ``ScorecardNotEditable`` if there is a draft already."""
    _lock(scorecard)
    if draft := scorecard.versions.filter(state=ScorecardState.DRAFT).first():
        raise ScorecardNotEditable(f"There is a draft already, version {draft.number}; change that one.")
    return write_scorecard_draft(scorecard=scorecard, definition=definition, applies_to=applies_to, by=by)


@transaction.atomic
def change_draft(*, version: ScorecardVersion, definition: object, applies_to: object, by: Any) -> ScorecardVersion:
    """Change this draft and no other. Raises ``ScorecardError`` and ``ScorecardNotEditable``."""
    _draft(version)
    return write_scorecard_draft(scorecard=version.scorecard, definition=definition, applies_to=applies_to, by=by)


@transaction.atomic
def delete_draft(*, version: ScorecardVersion) -> None:
    """Delete a draft, which has scored nobody. Raises ``ScorecardNotEditable``."""
    _draft(version).delete()


@transaction.atomic
def retire(*, version: ScorecardVersion) -> None:
    """Take a version out of force; its customers are scored by the next scorecard that applies to them.

    Raises ``ScorecardNotEditable``.
    """
    published = ScorecardVersion.objects.filter(id=version.id, state=ScorecardState.PUBLISHED)
    if not published.update(state=ScorecardState.RETIRED):
        raise ScorecardNotEditable(f"{version} is not in force any more.")


def _lock(scorecard: Scorecard) -> None:
    """Nobody else writes a version of it until the transaction ends."""
    Scorecard.objects.select_for_update(no_key=True).get(id=scorecard.id)


def _draft(version: ScorecardVersion) -> ScorecardVersion:
    _lock(version.scorecard)
    found = ScorecardVersion.objects.filter(id=version.id).first()
    if found is None:
        raise ScorecardNotEditable("The draft was deleted meanwhile.")
    if found.state != ScorecardState.DRAFT:
        state = found.get_state_display().lower()
        raise ScorecardNotEditable(f"{found} is {state} and stays so; write a new version of it.")
    return found
