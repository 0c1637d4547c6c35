"""The scorecards in force."""

from __future__ import annotations

from customer_success.metrics.inputs import INPUTS
from customer_success.models import ScorecardState, ScorecardVersion
from customer_success.rules.scorecard_text import ScorecardText, read_scorecard
from customer_success.sql.scoring import Card
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.rules.parse import parse


def cards_in_force() -> list[Card]:
    """The published version of each scorecard, in the order in which they apply."""
    versions = ScorecardVersion.objects.filter(state=ScorecardState.PUBLISHED)
    return [card_of(one) for one in versions.order_by("scorecard__priority", "scorecard_id")]


def card_of(version: ScorecardVersion) -> Card:
    applies_to = None if version.applies_to is None else parse(version.applies_to, CATALOGUE)
    return Card(version.id, applies_to, text_of(version))


def text_of(version: ScorecardVersion) -> ScorecardText:
    """What a version says; it was checked when it was written."""
    return read_scorecard(version.definition, INPUTS)
