-- The tag of each customer in a lifecycle at an instant, and since when. Who was untagged then has no row.
-- It is the tag that the first move afterwards left, or else that of now: so moves that were taken back later tell too.
CREATE OR REPLACE FUNCTION tenure_tags(lifecycle bigint, as_of timestamptz)
RETURNS TABLE (customer_id bigint, tag_id bigint, entered_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT s.customer_id, s.tag_id, s.entered_at
    FROM lifecycle_customerstatus AS s
    WHERE s.lifecycle_id = lifecycle AND s.tag_id IS NOT NULL AND (s.entered_at IS NULL OR s.entered_at <= as_of)
      AND NOT EXISTS (SELECT FROM lifecycle_transition AS t WHERE t.lifecycle_id = lifecycle
                      AND t.applied_at > as_of AND t.customer_id = s.customer_id)
    UNION ALL
    SELECT later.customer_id, later.from_tag_id,
        (SELECT max(t.applied_at) FROM lifecycle_transition AS t
         WHERE t.customer_id = later.customer_id AND t.lifecycle_id = lifecycle AND t.applied_at <= as_of)
    FROM (
        SELECT DISTINCT ON (t.customer_id) t.customer_id, t.from_tag_id FROM lifecycle_transition AS t
        WHERE t.lifecycle_id = lifecycle AND t.applied_at > as_of ORDER BY t.customer_id, t.applied_at, t.id
    ) AS later
    WHERE later.from_tag_id IS NOT NULL
$$;
