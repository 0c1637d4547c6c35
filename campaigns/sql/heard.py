"""Events that end waits."""

# What counts is when an event came in. What happened more than a month before that is history, and no news.
FIRST_HEARD = """
SELECT w.number, e.id
FROM unnest(%(numbers)s::bigint[], %(customers)s::bigint[], %(names)s::text[], %(since)s::timestamptz[])
    AS w(number, customer_id, name, since)
CROSS JOIN LATERAL (
    SELECT id FROM lifecycle_event AS e
    WHERE e.customer_id = w.customer_id AND e.name = w.name AND e.received_at >= w.since
      AND e.occurred_at >= w.since - interval '30 days'
    ORDER BY id LIMIT 1
) AS e
"""
