"""What customer success adds to the timeline of a customer: each kind of entry is one row of ``KINDS``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet

from customer_success.models import AdvocacyActivity, ExpansionOpportunity, HealthLevel, HealthScore, TierChange
from customer_success.queries import customer_360 as queries
from customer_success.queries.capacity import handovers_of
from lifecycle.admin.panels import Entry, Place, Source, register_source
from lifecycle.models import Customer

from .my_day_words import page_of

_TEMPLATE = "customer_success/admin/_timeline_told.html"


@dataclass(frozen=True, slots=True)
class Told:
    """``look``: the colour of its dot; ``quote``: what a person wrote about it."""

    title: str
    detail: str = ""
    quote: str = ""
    url: str = ""
    look: str = "blue"


@dataclass(frozen=True, slots=True)
class Kind:
    """Entries of one kind; ``at`` names the instant. At one instant the higher ``rank`` is shown as the later one."""

    rank: int
    model: str
    rows: Callable[[Customer], QuerySet[Any]]
    at: str
    tell: Callable[[Any], Told]


def _tier(change: TierChange) -> Told:
    return Told(f"Tier {change.from_shown} → {change.to_shown}", f"by {change.by or 'automation'}", change.reason)


def _raised(alert: Any) -> Told:
    before = "" if alert.previous_score is None else f", was {alert.previous_score}"
    url = page_of("healthalert", alert.id)
    return Told(f"Alert: {alert.get_kind_display()}", f"Score {alert.score}{before}", url=url, look="red")


def _ended(alert: Any) -> Told:
    title = f"Over: {alert.get_kind_display().lower()}"
    return Told(title, "The health has recovered", alert.note, page_of("healthalert", alert.id), "green")


def _level(score: HealthScore) -> Told:
    """``level_changes`` tells the level and the score before."""
    before: Any = score
    title = f"Health {HealthLevel(before.level_before).label} → {score.get_level_display()}"
    look = "green" if score.score > before.was else "red"
    return Told(title, f"Score {score.score}, was {before.was}", score.notes, look=look)


def _review(review: Any) -> Told:
    rated = "" if review.overall_rating is None else f"Rated {review.overall_rating} of 5"
    title = f"{review.get_type_display()} review held"
    return Told(title, rated, "; ".join(review.decisions[:3]), page_of("businessreview", review.id), "green")


def _milestone(milestone: Any) -> Told:
    url = page_of("successplan", milestone.plan_id)
    return Told(f"Milestone completed: {milestone.title}", milestone.plan.title, url=url, look="green")


def _advocacy(said: str, look: str, activity: AdvocacyActivity) -> Told:
    quote = {"declined": activity.declined_reason, "completed": activity.outcome[:300]}.get(said, "")
    return Told(
        f"{activity.get_type_display()} {said}", activity.title, quote, page_of("advocacyactivity", activity.id), look
    )


def _handover(handover: Any) -> Told:
    title = f"From {handover.from_owner or 'nobody'} to {handover.to_owner}"
    return Told(title, f"Handed over by {handover.by}", handover.note)


def _expansion(row: ExpansionOpportunity) -> Told:
    won = row.won_amount is not None
    title = f"Expansion won: {row.won_amount:,.0f} a year" if won else "Expansion lost"
    detail = f"{row.get_kind_display()} · by {row.handled_by or 'automation'}"
    return Told(title, detail, row.outcome, page_of("expansionopportunity", row.id), "green" if won else "red")


# Closed tasks have the rank 10, see panels.py.
KINDS = (
    Kind(20, "tierchange", queries.tier_changes, "changed_at", _tier),
    Kind(30, "healthscore", queries.level_changes, "at", _level),
    Kind(31, "healthalert", queries.alerts_of, "opened_at", _raised),
    Kind(32, "healthalert", queries.alerts_of, "ended_at", _ended),
    Kind(40, "businessreview", queries.reviews_held, "held_at", _review),
    Kind(50, "planmilestone", queries.milestones_of, "completed_at", _milestone),
    Kind(60, "advocacyactivity", queries.advocacy_of, "requested_at", partial(_advocacy, "asked for", "blue")),
    Kind(61, "advocacyactivity", queries.advocacy_of, "completed_at", partial(_advocacy, "completed", "green")),
    Kind(62, "advocacyactivity", queries.advocacy_of, "declined_at", partial(_advocacy, "declined", "red")),
    Kind(70, "handover", handovers_of, "at", _handover),
    Kind(80, "expansionopportunity", queries.expansion_ended, "ended_at", _expansion),
)  # fmt: skip


def _read(kind: Kind, customer: Customer, place: Place | None, size: int) -> Iterator[Entry]:
    before = place.before(kind.rank, kind.at) if place else Q()
    for row in queries.happened(kind.rows(customer), kind.at, before)[:size]:
        yield Entry(getattr(row, kind.at), kind.rank, row.id, _TEMPLATE, kind.tell(row))


for _kind in KINDS:
    register_source(Source(_kind.rank, f"customer_success.view_{_kind.model}", partial(_read, _kind)))
