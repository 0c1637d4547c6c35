-- The tag of each customer in a lifecycle at an instant, and since when. Who was untagged then has no row.
-- One plain statement, no UNION: so a portfolio's customers are looked up, and nobody else is read.
CREATE OR REPLACE FUNCTION tenure_tags(lifecycle bigint, as_of timestamptz)
RETURNS TABLE (customer_id bigint, tag_id bigint, entered_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT s.customer_id, CASE WHEN s.entered_at > as_of THEN m.to_tag_id ELSE s.tag_id END,
        CASE WHEN s.entered_at > as_of THEN m.applied_at ELSE s.entered_at END
    FROM lifecycle_customerstatus AS s LEFT JOIN LATERAL (
        SELECT t.to_tag_id, t.applied_at FROM lifecycle_transition AS t
        WHERE s.entered_at > as_of AND t.customer_id = s.customer_id AND t.lifecycle_id = s.lifecycle_id
          AND t.applied_at <= as_of
        ORDER BY t.applied_at DESC, t.id DESC LIMIT 1
    ) AS m ON true
    WHERE s.lifecycle_id = lifecycle AND CASE WHEN s.entered_at > as_of THEN m.to_tag_id ELSE s.tag_id END IS NOT NULL
$$;
