"""Events that end waits."""

# What counts is when an event came in, of those that happened after the customer had entered.
FIRST_HEARD = """
SELECT w.number, e.id
FROM unnest(%(numbers)s::bigint[], %(customers)s::bigint[], %(names)s::text[], %(since)s::timestamptz[],
            %(entered)s::timestamptz[]) AS w(number, customer_id, name, since, entered_at)
CROSS JOIN LATERAL (
    SELECT id FROM lifecycle_event AS e
    WHERE e.customer_id = w.customer_id AND e.name = w.name AND e.received_at >= w.since
      AND e.occurred_at > w.entered_at
    ORDER BY id LIMIT 1
) AS e
"""
