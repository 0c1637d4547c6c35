"""Runs are taken by one worker, and given back by that worker alone."""

# Lease the runs that are due longest. One that was taken before, and did not end well, is taken alone: if it brings
# down its worker, then no others with it.
CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id, attempts FROM campaigns_steprun
    WHERE state = 'waiting' AND due_at <= %(now)s AND kind = ANY(%(kinds)s)
      AND (%(customers)s::bigint[] IS NULL OR customer_id = ANY(%(customers)s))
    ORDER BY due_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
), chosen AS (
    SELECT id FROM due WHERE attempts = 0
    UNION ALL (SELECT id FROM due WHERE NOT EXISTS (SELECT FROM due WHERE attempts = 0) LIMIT 1)
)
UPDATE campaigns_steprun AS r
SET state = 'leased', token = %(token)s, lease_until = %(lease_until)s, attempts = r.attempts + 1
WHERE r.id = ANY(ARRAY(SELECT id FROM chosen))
RETURNING r.id, r.customer_id, r.campaign_id
"""

# Write what became of leased runs, if they still are the worker's. What is put off without fault has all its attempts.
COMPLETE = """
UPDATE campaigns_steprun AS r
SET state = o.state, due_at = COALESCE(o.due_at, r.due_at), path = o.path, reason = o.reason, done_at = o.done_at,
    attempts = CASE WHEN o.is_forgiven THEN 0 ELSE r.attempts END, token = NULL, lease_until = NULL,
    awaits = CASE WHEN o.done_at IS NULL THEN r.awaits END
FROM unnest(
    %(ids)s::bigint[], %(states)s::text[], %(due)s::timestamptz[], %(paths)s::text[], %(reasons)s::text[],
    %(done)s::timestamptz[], %(forgiven)s::boolean[]
) AS o(id, state, due_at, path, reason, done_at, is_forgiven)
WHERE r.id = o.id AND r.token = %(token)s AND r.state = 'leased'
"""
