-- The tag of each customer in a lifecycle at an instant, and since when; NULL: since it is there. Who was untagged then,
-- or not there yet, has no row; whether somebody was there is asked of past instants alone.
-- It is the tag that the first move afterwards left, or else that of now. Moves are sought for those who entered their
-- tag later, and for those who were brought back later by a rollback: their stay counts from when it first began.
-- One plain statement, no UNION: so a portfolio's customers are looked up, and nobody else is read. OFFSET 0: moves are
-- found by customer, not by time.
CREATE OR REPLACE FUNCTION tenure_tags(lifecycle bigint, as_of timestamptz)
RETURNS TABLE (customer_id bigint, tag_id bigint, entered_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT customer_id, tag_id, entered_at FROM (
        SELECT s.customer_id, CASE WHEN later.id IS NULL THEN s.tag_id ELSE later.from_tag_id END AS tag_id,
            CASE WHEN later.id IS NULL THEN s.entered_at ELSE (
                SELECT max(t.applied_at)
                FROM (SELECT * FROM lifecycle_transition AS m WHERE m.customer_id = s.customer_id OFFSET 0) AS t
                WHERE t.lifecycle_id = s.lifecycle_id AND t.applied_at <= as_of
            ) END AS entered_at
        FROM lifecycle_customerstatus AS s LEFT JOIN LATERAL (
            SELECT t.id, t.from_tag_id
            FROM (SELECT * FROM lifecycle_transition AS m WHERE m.customer_id = s.customer_id OFFSET 0) AS t
            WHERE (s.entered_at > as_of OR s.customer_id IN (
                    SELECT k.customer_id FROM lifecycle_rollback AS r JOIN lifecycle_rolledback AS k ON k.rollback_id = r.id
                    WHERE r.lifecycle_id = lifecycle AND r.made_at > as_of))
              AND t.lifecycle_id = s.lifecycle_id AND t.applied_at > as_of
            ORDER BY t.applied_at, t.id LIMIT 1
        ) AS later ON true
        WHERE s.lifecycle_id = lifecycle AND (later.id IS NOT NULL OR s.entered_at IS NULL OR s.entered_at <= as_of)
    ) AS found
    WHERE tag_id IS NOT NULL AND (entered_at IS NOT NULL OR as_of > now() - interval '1 minute' OR EXISTS (
        SELECT FROM lifecycle_customer AS c LEFT JOIN lifecycle_customerfacts AS f ON f.customer_id = c.id
        WHERE c.id = found.customer_id AND LEAST(c.created_at, f.first_event_at) <= as_of))
$$;
