"""From events to facts: the SQL that adds a set of events to the facts of their customers.

Ingest, the rebuild of facts for an instant and each day of a replay use the same text; what
differs is the relation the events come from.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from lifecycle.metrics.facts import FOLDS, PASSIVE, POINTS, Fold, How

# Columns that a relation of events has to have.
EVENT_COLUMNS = "customer_id, name, occurred_at, value, order_reference"
ORDER_REFERENCE = """CASE WHEN name = 'ORDER_PAID'
        THEN COALESCE(properties ->> 'order_id', source || ':' || message_id) END AS order_reference"""


@lru_cache(maxsize=256)
def fold_into_facts(events: str, names: frozenset[str]) -> str:
    """CTEs ``paid``, ``summed`` and ``folded`` that add the relation ``events`` to orders and facts.

    Only the columns that events of these ``names`` feed are touched. Rows are written in the
    order of their keys, so that two writers never wait for each other in a circle.
    """
    folds = [fold for fold in FOLDS if (names.intersection(fold.events) if fold.events else names - PASSIVE)]
    has_orders = any(fold.how is How.ORDERS for fold in folds)
    columns = ["customer_id", *(column for fold in folds for column in _columns(fold))]
    values = ["e.customer_id", *(value for fold in folds for value in _aggregates(fold, names))]
    merges = [merge for fold in folds for merge in _merges(fold)]
    orders_join = "LEFT JOIN new_orders AS n ON n.customer_id = e.customer_id" if has_orders else ""
    conflict = f"UPDATE SET {', '.join(merges)}" if merges else "NOTHING"
    return f"""{_ORDERS.format(events=events) if has_orders else ""}summed AS (
    SELECT {", ".join(f"{value} AS {column}" for value, column in zip(values, columns, strict=True))}
    FROM {events} AS e {orders_join}
    GROUP BY e.customer_id
), folded AS (
    INSERT INTO lifecycle_customerfacts AS f ({", ".join(columns)})
    SELECT {", ".join(columns)} FROM summed ORDER BY customer_id
    ON CONFLICT (customer_id) DO {conflict}
)"""


_ORDERS = """paid AS (
    INSERT INTO lifecycle_order AS o (customer_id, reference, ordered_at, amount)
    SELECT customer_id, order_reference, min(occurred_at), sum(value)
    FROM {events} WHERE name = 'ORDER_PAID' GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (customer_id, reference) DO UPDATE
    SET amount = o.amount + excluded.amount, ordered_at = LEAST(o.ordered_at, excluded.ordered_at)
    RETURNING customer_id, (xmax = 0) AS is_new
), new_orders AS (
    SELECT customer_id, count(*) FILTER (WHERE is_new) AS orders FROM paid GROUP BY customer_id
), """


def event_names() -> frozenset[str]:
    """The names of all events that feed a fact of their own."""
    return frozenset(event for fold in FOLDS for event in fold.events)


def named(events: tuple[str, ...], names: frozenset[str]) -> str:
    """The condition for events ``e`` so named among ``names``; for none named, that they are activities."""
    if events:
        wanted = ", ".join(f"'{event}'" for event in sorted(names.intersection(events)))
        return f"e.name IN ({wanted})"
    passive = ", ".join(f"'{event}'" for event in sorted(names & PASSIVE))
    return f"e.name NOT IN ({passive})" if passive else "true"


def _columns(fold: Fold) -> Iterable[str]:
    return (fold.column, fold.at_column) if fold.how is How.LATEST else (fold.column,)


def _aggregates(fold: Fold, names: frozenset[str]) -> Iterable[str]:
    only = f"FILTER (WHERE {named(fold.events, names)})"
    only = "" if only == "FILTER (WHERE true)" else only
    match fold.how:
        case How.COUNT:
            return (f"count(*) {only}",)
        case How.ORDERS:
            return ("COALESCE(max(n.orders), 0)",)
        case How.SUM:
            return (f"COALESCE(sum(e.value) {only}, 0)",)
        case How.POINTS:
            points = " ".join(f"WHEN '{event}' THEN {points}" for event, points in POINTS.items() if event in names)
            value = f"CASE e.name {points} ELSE e.value END" if points else "e.value"
            return (f"COALESCE(sum({value}) {only}, 0)",)
        case How.MAX:
            return (f"max(e.value) {only}",)
        case How.FIRST:
            return (f"min(e.occurred_at) {only}",)
        case How.LAST:
            return (f"max(e.occurred_at) {only}",)
        case How.LATEST:
            latest = f"(array_agg(e.value ORDER BY e.occurred_at DESC, e.value DESC) {only})[1]"
            return (latest, f"max(e.occurred_at) {only}")


def _merges(fold: Fold) -> Iterable[str]:
    column = fold.column
    match fold.how:
        case How.COUNT | How.SUM | How.POINTS | How.ORDERS:
            return (f"{column} = f.{column} + excluded.{column}",)
        case How.MAX | How.LAST:
            return (f"{column} = GREATEST(f.{column}, excluded.{column})",)
        case How.FIRST:
            return (f"{column} = LEAST(f.{column}, excluded.{column})",)
        case How.LATEST:
            at = fold.at_column
            is_later = f"f.{at} IS NULL OR (excluded.{at}, excluded.{column}) > (f.{at}, f.{column})"
            return (
                f"{column} = CASE WHEN {is_later} THEN excluded.{column} ELSE f.{column} END",
                f"{at} = GREATEST(f.{at}, excluded.{at})",
            )


# Store a batch of events once, let facts and marks follow, and tell the floors above of those that they listen for;
# imported history asks nobody to do anything. {folds}: the CTEs of fold_into_facts over "stored". If there are unknown
# customers, they are named and nothing is stored; rows go in by message id. So two writers of the
# same messages wait in line instead of in a circle.
STORE_EVENTS = """
WITH sent AS MATERIALIZED (
    SELECT c.id AS internal_id, e.*
    FROM ROWS FROM (jsonb_to_recordset(%(events)s::jsonb) AS (
        message_id text, customer_id text, name text, occurred_at timestamptz, value numeric, properties jsonb))
        WITH ORDINALITY AS e(message_id, customer_id, name, occurred_at, value, properties, place)
    LEFT JOIN lifecycle_customer AS c ON c.external_id = e.customer_id
), strangers AS MATERIALIZED (  -- what was told before creates nobody
    SELECT DISTINCT customer_id FROM sent
    WHERE internal_id IS NULL AND NOT EXISTS (
        SELECT FROM lifecycle_event AS told WHERE told.source = %(source)s AND told.message_id = sent.message_id)
), stored AS (
    INSERT INTO lifecycle_event (
        customer_id, source, message_id, name, occurred_at, received_at, stored_at, value, properties)
    SELECT internal_id, %(source)s, message_id, name, occurred_at, {received_at}, %(now)s, value, properties
    FROM sent WHERE internal_id IS NOT NULL AND NOT EXISTS (SELECT FROM strangers) ORDER BY message_id, place
    ON CONFLICT (source, message_id) DO NOTHING
    RETURNING id, customer_id, message_id, name, occurred_at, value, {order_reference}
), told AS (
    INSERT INTO lifecycle_outboxmessage (topic, customer_id, subject_id, created_at)
    SELECT 'event', customer_id, id, %(now)s FROM stored
    WHERE %(is_live)s AND name IN (SELECT event FROM lifecycle_eventlistener)
), {folds}, marked AS (
    INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id)
    SELECT l.id, s.customer_id FROM summed AS s CROSS JOIN lifecycle_lifecycle AS l WHERE l.is_active
)
SELECT (SELECT count(*) FROM stored),
       ARRAY(SELECT customer_id FROM summed),
       ARRAY(SELECT customer_id FROM strangers),
       ARRAY(SELECT message_id FROM sent EXCEPT SELECT message_id FROM stored)
"""

# Create customers with their facts, a status in each lifecycle, and its next check; those that are there stay.
CREATE_CUSTOMERS = """
WITH created AS (
    INSERT INTO lifecycle_customer (external_id, timezone, traits, created_at, updated_at)
    SELECT external_id, 'UTC', '{}', %(now)s, %(now)s FROM unnest(%(external_ids)s::text[]) AS external_id
    ORDER BY external_id
    ON CONFLICT (external_id) DO NOTHING
    RETURNING id
), facts AS (
    INSERT INTO lifecycle_customerfacts (customer_id) SELECT id FROM created
), statuses AS (
    INSERT INTO lifecycle_customerstatus (lifecycle_id, customer_id, tag_id)
    SELECT l.id, c.id, t.id
    FROM created AS c CROSS JOIN lifecycle_lifecycle AS l
    LEFT JOIN lifecycle_statustag AS t ON t.lifecycle_id = l.id AND t.is_initial
    RETURNING id, lifecycle_id, customer_id
), checks AS (
    INSERT INTO lifecycle_nextcheck (status_id, lifecycle_id) SELECT id, lifecycle_id FROM statuses
), marks AS (
    INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id) SELECT lifecycle_id, customer_id FROM statuses
)
SELECT count(*) FROM created
"""

# Bring customers up to what their identify events say; the latest word on each trait counts.
APPLY_TRAITS = """
WITH told AS (
    SELECT e.customer_id, jsonb_object_agg(t.key, t.value ORDER BY e.occurred_at, e.source, e.message_id) AS traits
    FROM lifecycle_event AS e CROSS JOIN LATERAL jsonb_each(e.properties) AS t
    WHERE e.customer_id = ANY(%(customers)s) AND e.name = 'identify'
    GROUP BY e.customer_id
)
UPDATE lifecycle_customer AS c
SET email = told.traits ->> 'email', name = told.traits ->> 'name', plan = told.traits ->> 'plan',
    product_tag = told.traits ->> 'product_tag', tier = told.traits ->> 'tier',
    account_status = told.traits ->> 'account_status',
    timezone = COALESCE(told.traits ->> 'timezone', 'UTC'), traits = told.traits - %(columns)s::text[],
    updated_at = %(now)s
FROM told WHERE c.id = told.customer_id
"""

# Remember when a source was last heard of, and which events it sends.
NOTE_FEED = """
WITH old AS (
    SELECT id FROM lifecycle_feed WHERE source = %(source)s
), noted AS (
    UPDATE lifecycle_feed AS f
    SET last_seen_at = GREATEST(f.last_seen_at, %(now)s),
        event_names = ARRAY(SELECT unnest(f.event_names) UNION SELECT unnest(%(names)s::text[]) ORDER BY 1)
    WHERE f.id IN (
        SELECT id FROM lifecycle_feed
        WHERE source = %(source)s AND (last_seen_at < %(now)s - interval '5 minutes'
            OR NOT event_names::text[] @> %(names)s::text[])
        FOR UPDATE SKIP LOCKED)
)
INSERT INTO lifecycle_feed (source, event_names, first_seen_at, last_seen_at)
SELECT %(source)s, %(names)s::text[], %(now)s, %(now)s WHERE NOT EXISTS (SELECT FROM old)
ON CONFLICT (source) DO NOTHING
"""
