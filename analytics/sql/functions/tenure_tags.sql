-- The tag of each customer in a lifecycle at an instant, and since when; NULL: since it is there. Who was untagged, or
-- not there yet, has no row. Whether somebody was there is asked of past instants alone.
CREATE OR REPLACE FUNCTION tenure_tags(lifecycle bigint, as_of timestamptz)
RETURNS TABLE (customer_id bigint, tag_id bigint, entered_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT s.customer_id, s.tag_id, s.entered_at
    FROM lifecycle_customerstatus AS s
    WHERE s.lifecycle_id = lifecycle AND s.tag_id IS NOT NULL
      AND (s.entered_at <= as_of OR s.entered_at IS NULL AND as_of > now() - interval '1 minute')
    UNION ALL
    SELECT s.customer_id, m.to_tag_id, m.applied_at
    FROM lifecycle_customerstatus AS s CROSS JOIN LATERAL (
        SELECT t.to_tag_id, t.applied_at FROM lifecycle_transition AS t
        WHERE t.customer_id = s.customer_id AND t.lifecycle_id = lifecycle AND t.applied_at <= as_of
        ORDER BY t.applied_at DESC, t.id DESC LIMIT 1
    ) AS m
    WHERE s.lifecycle_id = lifecycle AND s.entered_at > as_of AND m.to_tag_id IS NOT NULL
    UNION ALL
    SELECT s.customer_id, CASE WHEN s.entered_at IS NULL THEN s.tag_id ELSE m.from_tag_id END, NULL
    FROM lifecycle_customerstatus AS s
    JOIN lifecycle_customer AS c ON c.id = s.customer_id
    LEFT JOIN lifecycle_customerfacts AS f ON f.customer_id = s.customer_id
    LEFT JOIN LATERAL (
        SELECT t.from_tag_id, t.applied_at FROM lifecycle_transition AS t
        WHERE t.customer_id = s.customer_id AND t.lifecycle_id = lifecycle
        ORDER BY t.applied_at, t.id LIMIT 1
    ) AS m ON s.entered_at IS NOT NULL
    WHERE s.lifecycle_id = lifecycle AND as_of <= now() - interval '1 minute'
      AND (s.entered_at IS NULL AND s.tag_id IS NOT NULL OR m.applied_at > as_of AND m.from_tag_id IS NOT NULL)
      AND LEAST(c.created_at, f.first_event_at) <= as_of
$$;
