-- Who came to be there from an instant on and began in a tag of a lifecycle without a move: when, and in which.
-- Somebody is there since it was created, its first event or its first move, whichever is earliest (see tenure_tags).
CREATE OR REPLACE FUNCTION tenure_begun(owners bigint[], lifecycle bigint, since timestamptz)
RETURNS TABLE (customer_id bigint, tag_id bigint, at timestamptz) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT c.id, begun.tag_id, begun.at
    FROM tenure_customers(owners) AS c
    JOIN lifecycle_customerstatus AS s ON s.customer_id = c.id AND s.lifecycle_id = lifecycle
    LEFT JOIN lifecycle_customerfacts AS f ON f.customer_id = c.id
    LEFT JOIN LATERAL (
        SELECT t.from_tag_id, t.applied_at
        FROM (SELECT * FROM lifecycle_transition AS m WHERE m.customer_id = c.id OFFSET 0) AS t
        WHERE t.lifecycle_id = lifecycle ORDER BY t.applied_at, t.id LIMIT 1
    ) AS first ON true
    CROSS JOIN LATERAL (SELECT LEAST(c.created_at, f.first_event_at, first.applied_at) AS at,
        CASE WHEN first.applied_at IS NULL THEN s.tag_id ELSE first.from_tag_id END AS tag_id) AS begun
    WHERE c.created_at >= since AND (f.first_event_at IS NULL OR f.first_event_at >= since)
      AND begun.tag_id IS NOT NULL AND begun.at >= since
$$;
