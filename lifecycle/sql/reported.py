"""What other floors report: kept as it is now and as it was known, and marked."""

REPORTED = "health_score, health_level, health_trend, health_change"
REPORTED_NOW = ", ".join(f"excluded.{column}" for column in REPORTED.split(", "))
_KEPT = ", ".join(f"r.{column}" for column in REPORTED.split(", "))

# Report about some customers; what is the same as before is left alone. Returns whose changed, and marks them.
REPORT = f"""
WITH changed AS (
    INSERT INTO lifecycle_reportedmetrics AS r (customer_id, {REPORTED})
    SELECT * FROM unnest(%(customers)s::bigint[], %(scores)s::int[], %(levels)s::text[], %(trends)s::text[],
                         %(changes)s::int[]) AS t (customer_id, {REPORTED}) ORDER BY 1
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
SELECT count(*) FROM changed
"""
