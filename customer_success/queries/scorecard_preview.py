"""What a scorecard would say before it is published: of a sample of customers, and of one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from django.db.models import F, Func, IntegerField, Q, QuerySet

from customer_success.metrics.inputs import INPUTS
from customer_success.rules.scorecard import Score, Value, score
from customer_success.rules.scorecard_text import ScorecardText
from customer_success.sql.inputs import input_value
from customer_success.sql.scoring import Card
from lifecycle.models import Customer, CustomerStatus, Lifecycle
from lifecycle.queries.at import rows_at
from lifecycle.sql.conditions import compiled

from .health_page import ShownDimension, taken_apart

SAMPLE = 1_000


@dataclass(frozen=True, slots=True)
class BandCount:
    """How many of the sample are in a level by the text tried, and by the one in force."""

    level: str
    tried: int
    in_force: int


@dataclass(frozen=True, slots=True)
class Trial:
    """``looked_at``: of about so many of ``customers``; ``unscored``: of those, had no input at all."""

    customers: int
    looked_at: int
    unscored: int
    bands: tuple[BandCount, ...]
    has_in_force: bool


@dataclass(frozen=True, slots=True)
class OneTried:
    """One customer by the text tried."""

    customer: Customer
    applies: bool
    found: Score
    dimensions: tuple[ShownDimension, ...]


def try_scorecard(card: Card, *, in_force: ScorecardText | None, as_of: datetime) -> Trial:
    """The levels of at most about 1,000 of the customers it applies to, always the same ones."""
    text, statuses = card.text, _statuses().filter(_whom(card))
    [(customers,)] = rows_at(statuses.values_list("customer_id"), as_of, "SELECT count(*) FROM ({}) AS found")
    if customers > SAMPLE:
        lot = Func(F("customer_id"), function="hashint8", output_field=IntegerField()) % ceil(customers / SAMPLE)
        statuses = statuses.alias(lot=lot).filter(lot=0)
    values = _values(statuses, {*text.inputs, *(in_force.inputs if in_force else ())}, as_of)
    tried = _levels(text, values.values())
    known = _levels(in_force, values.values()) if in_force else Counter[str | None]()
    bands = sorted(text.card.bands, key=lambda band: -band.starts_at)
    return Trial(
        customers=customers,
        looked_at=len(values),
        unscored=tried[None],
        bands=tuple(BandCount(band.code, tried[band.code], known[band.code]) for band in bands),
        has_in_force=in_force is not None,
    )


def try_on(customer: Customer, card: Card, *, as_of: datetime) -> OneTried | None:
    """What it would say of one customer; ``None`` if nothing is known of it yet."""
    statuses = _statuses().filter(customer=customer)
    values = _values(statuses, card.text.inputs, as_of)
    if customer.id not in values:
        return None
    applies = bool(rows_at(statuses.filter(_whom(card)).values_list("id"), as_of, "{}"))
    found = score(card.text.card, values[customer.id])
    names = {one.code: one.name for one in card.text.card.dimensions}
    return OneTried(customer, applies, found, taken_apart(found.parts, found.dimensions, names))


def _statuses() -> QuerySet[CustomerStatus]:
    """One row a customer: those of the oldest lifecycle, which holds everybody."""
    oldest = Lifecycle.objects.filter(is_active=True).order_by("-is_set_up", "id").values("id")[:1]
    return CustomerStatus.objects.filter(lifecycle__in=oldest).order_by()


def _whom(card: Card) -> Q:
    whom = compiled(card.applies_to) if card.applies_to else Q(customer_id__isnull=False)
    return whom & Q(customer__account__profile__isnull=False) if card.is_for_accounts else whom


def _values(
    statuses: QuerySet[CustomerStatus], inputs: Iterable[str], as_of: datetime
) -> dict[int, Mapping[str, Value]]:
    names = sorted(inputs)
    read = {f"input_{place}": input_value(INPUTS[name]) for place, name in enumerate(names)}
    rows = rows_at(statuses.annotate(**read).values_list("customer_id", *read), as_of, "{}")
    return {customer: dict(zip(names, values, strict=True)) for customer, *values in rows}


def _levels(text: ScorecardText, values: Iterable[Mapping[str, Value]]) -> Counter[str | None]:
    found = (score(text.card, one) for one in values)
    return Counter(one.band.code if one.band else None for one in found)
