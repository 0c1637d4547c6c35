"""Waits for a condition."""

# Those who wait at a step and for whom its condition holds by now: due at once. Whom a worker has is left to it.
WAKE_MET = """
UPDATE campaigns_steprun AS r SET due_at = %(now)s
WHERE r.id = ANY(ARRAY(
    SELECT w.id FROM campaigns_steprun AS w JOIN campaigns_enrollment AS e ON e.id = w.enrollment_id
    WHERE w.campaign_id = %(campaign)s AND w.step = %(step)s AND w.state = 'waiting' AND w.due_at > %(now)s
      AND e.version_id = %(version)s
      AND (%(customers)s::bigint[] IS NULL OR w.customer_id = ANY(%(customers)s))
      AND EXISTS (SELECT FROM ({holds}) AS h WHERE h.customer_id = w.customer_id)
    FOR NO KEY UPDATE OF w SKIP LOCKED
)) AND r.state = 'waiting'
"""
