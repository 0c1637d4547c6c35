"""The scorecards in force."""

from __future__ import annotations

from datetime import datetime

from customer_success.metrics.inputs import INPUTS
from customer_success.models import Scorecard, ScorecardState, ScorecardVersion
from customer_success.rules.scorecard_text import ScorecardText, read_scorecard
from customer_success.sql.scoring import Card
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.rules.parse import parse


def cards_in_force() -> list[Card]:
    """The published version of each scorecard, in the order in which they apply."""
    versions = ScorecardVersion.objects.filter(state=ScorecardState.PUBLISHED)
    return [card_of(one) for one in versions.order_by("scorecard__priority", "scorecard_id")]


def has_other_cards(*, since: datetime | None) -> bool:
    """Whether a version was published or retired since an instant, or a scorecard changed, whose order may be another.

    Their history says so: of what was retired, the row itself does not say when.
    """
    versions = ScorecardVersion.pgh_event_model.objects.filter(pgh_label="update", state=ScorecardState.RETIRED)  # type: ignore[attr-defined]  # by pghistory
    cards = Scorecard.pgh_event_model.objects.filter(pgh_label="update")  # type: ignore[attr-defined]  # by pghistory
    return (
        ScorecardVersion.objects.filter(published_at__gte=since).exists()
        or versions.filter(pgh_created_at__gte=since).exists()
        or cards.filter(pgh_created_at__gte=since).exists()
    )


def card_of(version: ScorecardVersion) -> Card:
    applies_to = None if version.applies_to is None else parse(version.applies_to, CATALOGUE)
    return Card(version.id, applies_to, text_of(version))


def text_of(version: ScorecardVersion) -> ScorecardText:
    """What a version says; it was checked when it was written."""
    return read_scorecard(version.definition, INPUTS)
