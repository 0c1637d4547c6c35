"""The statements that score customers: some at once, in a handful of steps over one temporary table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, CharField, Expression, F, IntegerField, Q, Value, When
from django.db.models.functions import Cast

from customer_success.metrics.inputs import INPUTS, Input
from customer_success.rules.scorecard_text import ScorecardText
from customer_success.rules.trend import AT_LEAST_DAYS, DAYS, POINTS
from lifecycle.models import CustomerStatus
from lifecycle.rules.nodes import Node
from lifecycle.sql.conditions import compiled
from lifecycle.sql.moments import Moment, named

from .inputs import input_value
from .scorecard import level_of, score_select

SCORED = "health_scored"
IN_RANGE = "customer_id BETWEEN %(first)s AND %(last)s"
OF_THESE = "customer_id = ANY(%(customers)s)"


@dataclass(frozen=True, slots=True)
class Card:
    """A published version: whom it scores, and how."""

    version_id: int
    applies_to: Node | None
    text: ScorecardText

    @property
    def is_for_accounts(self) -> bool:
        """What reads a success profile scores only those who have one."""
        return any(INPUTS[name].is_of_profile for name in self.text.inputs)


def score_these(
    cards: Sequence[Card], *, lifecycle_id: int, scope: str, is_past: bool = False
) -> tuple[str, Mapping[str, Moment]]:
    """Make the table ``SCORED``: one row a customer that a card scores; the first one that applies to it does.

    ``lifecycle_id``: any in which every customer has a status. ``is_past``: of profiles nothing is known, and nobody is
    scored who had not done anything. Parameters beside the moments and those of the scope: ``day``, and ``is_live``,
    which leaves out whose score of the day was reported.
    """
    names = list(dict.fromkeys(name for card in cards for name in card.text.inputs))
    columns = {name: f"i{number}" for number, name in enumerate(names)}
    values = {columns[name]: _value(INPUTS[name], is_past=is_past) for name in names}
    card = Case(*(When(_applies(one), then=Value(one.version_id)) for one in cards))
    statuses = (
        CustomerStatus.objects.filter(lifecycle_id=lifecycle_id)
        .annotate(card=card, **values)
        .order_by()
        .values_list("customer_id", "card", *values)
    )
    if is_past:
        statuses = statuses.filter(facts__first_event_at__isnull=False)
    sql, moments = named(*statuses.query.sql_with_params())
    read = ", ".join(("customer_id", "card", *values))
    scored = " UNION ALL ".join(_scored(one, columns) for one in cards)
    return (
        f"CREATE TEMPORARY TABLE {SCORED} AS WITH input ({read}) AS MATERIALIZED ("
        f"{sql} AND lifecycle_customerstatus.{scope}), scored AS ({scored}) {_PLACED}",
        moments,
    )


def level_by_card(score: str, cards: Sequence[Card], version: str) -> str:
    """The level of a score by the bands of the version that stands in a column."""
    found = " ".join(f"WHEN {one.version_id} THEN {level_of(score, one.text.card.bands)}" for one in cards)
    return f"CASE {version} {found} END"


def _applies(card: Card) -> Q:
    whom = compiled(card.applies_to) if card.applies_to else Q(customer_id__isnull=False)
    return whom & Q(customer__account__profile__isnull=False) if card.is_for_accounts else whom


def _value(one: Input, *, is_past: bool) -> Expression | F:
    if is_past and one.is_of_profile:
        return Cast(Value(None), CharField() if one.type == "text" else IntegerField())
    return input_value(one)


def _scored(card: Card, columns: Mapping[str, str]) -> str:
    own = {name: columns[name] for name in card.text.inputs}
    values = ", ".join(
        f"'{name}', {column if INPUTS[name].type == 'text' else f'trim_scale({column}::numeric)'}"
        for name, column in own.items()
    )
    source = f"(SELECT * FROM input WHERE card = {card.version_id}) AS input"
    return (
        f"SELECT customer_id, {card.version_id}::bigint AS version_id, score, level, components, "
        f'jsonb_build_object({values}) AS "values" FROM ({score_select(card.text.card, own, source)}) AS one'
    )


def trend_of(score: str) -> str:
    """The same as ``rules.trend``, of a score beside ``reference.score``."""
    return (
        f"CASE WHEN reference.score IS NULL THEN 'UNKNOWN' WHEN {score} - reference.score >= {POINTS} THEN 'IMPROVING' "
        f"WHEN reference.score - {score} >= {POINTS} THEN 'DECLINING' ELSE 'STABLE' END"
    )


def comparable(one: str, other: str) -> str:
    """Whether two scores can be compared, by their versions: of one scorecard, or one was told as a whole, by none."""
    card = "(SELECT scorecard_id FROM customer_success_scorecardversion WHERE id = {})"
    return f"(COALESCE({one} = {other}, true) OR {card.format(one)} = {card.format(other)})"


# What a trend and a change are counted from, for a customer in {customer} who is scored by {version}.
_SAME = comparable("before.version_id", "{version}")
BEFORE = f"""
LEFT JOIN LATERAL (
    SELECT COALESCE(
        (SELECT CASE WHEN {_SAME} THEN score END FROM customer_success_healthscore AS before
         WHERE customer_id = {{customer}} AND day <= %(day)s::date - {DAYS} ORDER BY day DESC LIMIT 1),
        (SELECT score FROM customer_success_healthscore AS before
         WHERE customer_id = {{customer}} AND day > %(day)s::date - {DAYS} AND day <= %(day)s::date - {AT_LEAST_DAYS}
           AND {_SAME} ORDER BY day LIMIT 1)
    ) AS score) AS reference ON true
LEFT JOIN LATERAL (
    SELECT CASE WHEN {_SAME} THEN score END AS score FROM customer_success_healthscore AS before
    WHERE customer_id = {{customer}} AND day < %(day)s::date ORDER BY day DESC LIMIT 1) AS previous ON true
"""

_PLACED = f"""
SELECT scored.*, {trend_of("scored.score")} AS trend, previous.score AS previous_score
FROM scored {BEFORE.format(customer="scored.customer_id", version="scored.version_id")}
WHERE NOT %(is_live)s OR NOT EXISTS (
    SELECT FROM customer_success_healthscore AS told
    WHERE told.customer_id = scored.customer_id AND told.day = %(day)s::date AND told.source = 'REPORTED')
"""
