"""Runs are taken by one worker, and given back by that worker alone."""

# Of some kinds, those that have anything to do.
DUE_KINDS = """
SELECT k.kind FROM unnest(%(kinds)s::text[]) WITH ORDINALITY AS k(kind, place)
WHERE EXISTS (
    SELECT FROM campaigns_steprun AS r WHERE r.kind = k.kind AND r.state = 'waiting' AND r.due_at <= %(now)s)
ORDER BY k.place
"""

# Kinds that have anything to do and that nobody knows any more; from kind to kind along the index.
UNKNOWN_KINDS = """
WITH RECURSIVE k(kind) AS (
    SELECT min(kind) FROM campaigns_steprun WHERE state = 'waiting'
    UNION ALL
    SELECT (SELECT min(r.kind) FROM campaigns_steprun AS r WHERE r.state = 'waiting' AND r.kind > k.kind)
    FROM k WHERE k.kind IS NOT NULL
)
SELECT kind FROM k WHERE kind <> ALL(%(kinds)s::text[]) AND EXISTS (
    SELECT FROM campaigns_steprun AS r WHERE r.kind = k.kind AND r.state = 'waiting' AND r.due_at <= %(now)s)
"""

# Lease the runs of a kind that are due longest. One that was taken before, and did not end well, is taken alone when it
# has its turn: if it brings down its worker, then no others with it.
CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id, attempts, due_at FROM campaigns_steprun
    WHERE state = 'waiting' AND due_at <= %(now)s AND kind = %(kind)s
      AND (%(customers)s::bigint[] IS NULL OR customer_id = ANY(%(customers)s))
    ORDER BY due_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
), first AS MATERIALIZED (
    SELECT id, attempts FROM due ORDER BY due_at, attempts DESC LIMIT 1
), chosen AS (
    SELECT id FROM due WHERE attempts = 0 AND EXISTS (SELECT FROM first WHERE attempts = 0)
    UNION ALL SELECT id FROM first WHERE attempts > 0
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
