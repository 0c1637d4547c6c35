-- The tag of each customer of some success managers in a lifecycle at an instant, and since when; NULL: since it is there.
-- Who was untagged then, or not there yet, has no row; whether somebody was there is asked of past instants alone.
-- It is the tag that the first move afterwards left, or else that of now. All those moves are read at once: of everybody
-- by time, of a portfolio by customer.
CREATE OR REPLACE FUNCTION tenure_tags(owners bigint[], lifecycle bigint, as_of timestamptz)
RETURNS TABLE (customer_id bigint, tag_id bigint, entered_at timestamptz) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT customer_id, tag_id, entered_at FROM (
        SELECT s.customer_id, CASE WHEN later.customer_id IS NULL THEN s.tag_id ELSE later.from_tag_id END AS tag_id,
            CASE WHEN later.customer_id IS NULL THEN s.entered_at ELSE (
                SELECT max(t.applied_at)
                FROM (SELECT * FROM lifecycle_transition AS m WHERE m.customer_id = s.customer_id OFFSET 0) AS t
                WHERE t.lifecycle_id = s.lifecycle_id AND t.applied_at <= as_of
            ) END AS entered_at, later.customer_id IS NULL AND s.entered_at IS NOT NULL AS is_in_it_still
        FROM lifecycle_customerstatus AS s
        LEFT JOIN tenure_customers(owners) AS c ON c.id = s.customer_id
        LEFT JOIN (
            SELECT DISTINCT ON (t.customer_id) t.customer_id, t.from_tag_id
            FROM lifecycle_transition AS t LEFT JOIN tenure_customers(owners) AS o ON o.id = t.customer_id
            WHERE t.lifecycle_id = lifecycle AND t.applied_at > as_of AND (owners IS NULL OR o.id IS NOT NULL)
            ORDER BY t.customer_id, t.applied_at, t.id
        ) AS later ON later.customer_id = s.customer_id
        WHERE s.lifecycle_id = lifecycle AND (owners IS NULL OR c.id IS NOT NULL)
            AND (later.customer_id IS NOT NULL OR s.entered_at IS NULL OR s.entered_at <= as_of)
    ) AS found
    WHERE tag_id IS NOT NULL AND ((SELECT as_of > now() - interval '1 minute') OR is_in_it_still OR NOT EXISTS (
        SELECT FROM lifecycle_customer AS c LEFT JOIN lifecycle_customerfacts AS f ON f.customer_id = c.id
        WHERE c.id = found.customer_id AND c.created_at > as_of AND COALESCE(f.first_event_at, 'infinity') > as_of
    ) OR entered_at IS NOT NULL)
$$;
