"""What other floors report: kept as it is now and as it was known, and marked."""

REPORTED = "health_score, health_level, health_trend, health_change"
REPORTED_NOW = ", ".join(f"excluded.{column}" for column in REPORTED.split(", "))
_KEPT = ", ".join(f"r.{column}" for column in REPORTED.split(", "))

# What is known of some customers, told by hand.
BY_HAND = """
SELECT * FROM unnest(%(customers)s::bigint[], %(scores)s::int[], %(levels)s::text[], %(trends)s::text[],
                     %(changes)s::int[])
"""


def report(told: str) -> str:
    """Report what a statement returns about customers: the id of each, and the columns of ``REPORTED``.

    What is the same as before is left alone. Returns how many were told and how many changed, and marks the latter.
    """
    return f"""
WITH told (customer_id, {REPORTED}) AS ({told}), changed AS (
    INSERT INTO lifecycle_reportedmetrics AS r (customer_id, {REPORTED})
    SELECT * FROM told ORDER BY 1
    ON CONFLICT (customer_id) DO UPDATE SET ({REPORTED}) = ROW ({REPORTED_NOW})
    WHERE ({_KEPT}) IS DISTINCT FROM ({REPORTED_NOW})
    RETURNING customer_id, {REPORTED}
), kept AS (
    INSERT INTO lifecycle_reportedchange (customer_id, {REPORTED}, known_at)
    SELECT customer_id, {REPORTED}, %(now)s FROM changed ORDER BY customer_id
), marked AS (
    INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id)
    SELECT l, customer_id FROM changed CROSS JOIN unnest(%(lifecycles)s::bigint[]) AS l
)
SELECT (SELECT count(*) FROM told), (SELECT count(*) FROM changed)
"""
