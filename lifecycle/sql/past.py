"""Facts as they were: temporary tables that stand in front of the live ones for one connection.

PostgreSQL looks for a table among the temporary ones first. With temporary tables of the same
names in place, every statement of an evaluation reads the facts of another instant, unchanged.
"""

from datetime import UTC, datetime

from .folds import EVENT_COLUMNS, ORDER_REFERENCE
from .reported import REPORTED, REPORTED_NOW

COVERED = ("lifecycle_customerfacts", "lifecycle_order", "lifecycle_dirtymark", "lifecycle_collectedmetrics",
           "lifecycle_reportedmetrics")  # fmt: skip

# Put an empty copy in front of a live table.
COVER = "CREATE TEMPORARY TABLE {table} (LIKE {table} INCLUDING ALL)"
UNCOVER = "DROP TABLE IF EXISTS pg_temp.{table}"

# Copy what was told by an instant, in the shape that folds read. {{told}}: when an event counts as told; {{more}}:
# further columns. Of everybody, and whenever it came, where these are NULL.
COPY_EVENTS = f"""
CREATE TEMPORARY TABLE past_event AS
SELECT {EVENT_COLUMNS.replace(", order_reference", "")}, {ORDER_REFERENCE}, {{told}} AS told_at{{more}}
FROM lifecycle_event WHERE {{told}} <= %(until)s AND (%(customers)s IS NULL OR customer_id = ANY(%(customers)s))
  AND (%(stored_until)s IS NULL OR stored_at <= %(stored_until)s) ORDER BY told_at
"""
INDEX_EVENTS = "CREATE INDEX ON past_event (told_at)"
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)

# Begin with empty facts for everybody, or for some.
EMPTY_FACTS = """
INSERT INTO lifecycle_customerfacts (customer_id)
SELECT id FROM lifecycle_customer WHERE %(customers)s IS NULL OR id = ANY(%(customers)s)
"""

# Add the events of a period, its start excluded and its end included, to the covering facts.
# {folds}: the CTEs of fold_into_facts over "happened". Customers with news are marked.
FOLD_PERIOD = """
WITH happened AS (
    SELECT {columns} FROM past_event WHERE told_at > %(after)s AND told_at <= %(until)s
), {folds}, marked AS (
    INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id) SELECT %(lifecycle)s, customer_id FROM summed
)
SELECT count(*) FROM summed
"""

# What was reported in a period, the latest of each customer, whom it marks.
REPORT_PERIOD = f"""
WITH told AS (
    INSERT INTO lifecycle_reportedmetrics (customer_id, {REPORTED})
    SELECT DISTINCT ON (customer_id) customer_id, {REPORTED} FROM lifecycle_reportedchange
    WHERE known_at > %(after)s AND known_at <= %(until)s
      AND (%(customers)s IS NULL OR customer_id = ANY(%(customers)s))
    ORDER BY customer_id, id DESC
    ON CONFLICT (customer_id) DO UPDATE SET ({REPORTED}) = ROW ({REPORTED_NOW})
    RETURNING customer_id
)
INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id) SELECT %(lifecycle)s, customer_id FROM told
"""

# Days as they were known: of who has news in a period, whole, from what was known by its end.
ACTIVITY_TOLD = """
SELECT e.customer_id, w.day, e.name, e.occurred_at, e.value, e.properties
FROM (SELECT DISTINCT e.customer_id, (e.occurred_at AT TIME ZONE 'UTC')::date AS day FROM past_event AS e
      WHERE e.told_at > %(after)s AND e.told_at <= %(until)s AND e.occurred_at >= %(since)s AND {activity}) AS w
JOIN past_event AS e ON e.customer_id = w.customer_id
    AND e.occurred_at >= w.day::timestamp AT TIME ZONE 'UTC'
    AND e.occurred_at < (w.day + 1)::timestamp AT TIME ZONE 'UTC' AND e.told_at <= %(until)s
WHERE {activity}
"""

INDEX_DAYS = "CREATE INDEX ON past_event (customer_id, occurred_at)"
# Who did something long before the days that are summed up has sums too: nothing.
OLD_HANDS = """
INSERT INTO lifecycle_collectedmetrics (customer_id)
SELECT DISTINCT e.customer_id FROM past_event AS e WHERE e.told_at <= %(until)s AND {activity}
ON CONFLICT DO NOTHING
"""

# Mark some customers; who completed a milestone in a period.
MARK_CHANGED = """
INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id) SELECT %(lifecycle)s, unnest(%(customers)s::bigint[])
"""
MILESTONES_OF = """
SELECT ARRAY(SELECT DISTINCT customer_id FROM lifecycle_milestoneprogress
             WHERE completed_at > %(after)s AND completed_at <= %(until)s)
"""

# Mark everybody in a lifecycle, so that the next evaluation goes by the live facts again.
MARK_EVERYBODY = """
INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id)
SELECT lifecycle_id, customer_id FROM lifecycle_customerstatus WHERE lifecycle_id = %(lifecycle)s
"""

# Whether a day has anybody to look at.
ANYBODY_DUE = """
SELECT EXISTS (SELECT FROM lifecycle_dirtymark WHERE lifecycle_id = %(lifecycle)s)
    OR EXISTS (SELECT FROM lifecycle_nextcheck WHERE lifecycle_id = %(lifecycle)s AND at <= %(as_of)s)
"""

# How many customers were in each tag at an instant, of those who had done something by then.
STATES_AT = """
SELECT t.code, count(*)
FROM (SELECT DISTINCT customer_id FROM lifecycle_event WHERE occurred_at <= %(until)s) AS c
LEFT JOIN LATERAL (
    SELECT to_tag_id FROM lifecycle_transition
    WHERE lifecycle_id = %(lifecycle)s AND customer_id = c.customer_id AND applied_at <= %(until)s
    ORDER BY id DESC LIMIT 1) AS latest ON true
LEFT JOIN lifecycle_statustag AS t
    ON t.id = COALESCE(latest.to_tag_id,
                       (SELECT id FROM lifecycle_statustag WHERE lifecycle_id = %(lifecycle)s AND is_initial))
GROUP BY t.code, t.position ORDER BY t.position
"""

# How many moves were made from tag to tag in a period.
MOVES_BETWEEN = """
SELECT f.code, t.code, count(*)
FROM lifecycle_transition AS m
LEFT JOIN lifecycle_statustag AS f ON f.id = m.from_tag_id
LEFT JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
WHERE m.lifecycle_id = %(lifecycle)s AND m.applied_at >= %(since)s AND m.applied_at <= %(until)s
GROUP BY f.code, t.code, f.position, t.position ORDER BY f.position NULLS FIRST, t.position
"""
