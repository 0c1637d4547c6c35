-- The tag of each customer in a lifecycle at an instant, and since when. Who was untagged then has no row.
CREATE OR REPLACE FUNCTION tenure_tags(lifecycle bigint, as_of timestamptz)
RETURNS TABLE (customer_id bigint, tag_id bigint, entered_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT s.customer_id, s.tag_id, s.entered_at
    FROM lifecycle_customerstatus AS s
    WHERE s.lifecycle_id = lifecycle AND s.tag_id IS NOT NULL AND (s.entered_at IS NULL OR s.entered_at <= as_of)
    UNION ALL
    SELECT s.customer_id, m.to_tag_id, m.applied_at
    FROM lifecycle_customerstatus AS s CROSS JOIN LATERAL (
        SELECT t.to_tag_id, t.applied_at FROM lifecycle_transition AS t
        WHERE t.customer_id = s.customer_id AND t.lifecycle_id = lifecycle AND t.applied_at <= as_of
        ORDER BY t.applied_at DESC, t.id DESC LIMIT 1
    ) AS m
    WHERE s.lifecycle_id = lifecycle AND s.entered_at > as_of AND m.to_tag_id IS NOT NULL
$$;
