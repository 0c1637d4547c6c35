-- Who was in a lifecycle at an instant and had not churned, and whether they churned by another.
CREATE OR REPLACE FUNCTION tenure_churned(owners bigint[], lifecycle bigint, since timestamptz, until timestamptz)
RETURNS TABLE (customer_id bigint, has_churned int) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT s.customer_id, (gone.customer_id IS NOT NULL)::int
    FROM tenure_tags(owners, lifecycle, since) AS s
    LEFT JOIN (
        SELECT DISTINCT m.customer_id
        FROM tenure_moves(lifecycle, until) AS m
        JOIN lifecycle_statustag AS l ON l.id = m.to_tag_id AND l.category = 'churned'
        LEFT JOIN tenure_customers(owners) AS c ON c.id = m.customer_id
        WHERE m.applied_at > since AND (owners IS NULL OR c.id IS NOT NULL)
    ) AS gone ON gone.customer_id = s.customer_id
    WHERE s.tag_id <> ALL (ARRAY(SELECT t.id FROM lifecycle_statustag AS t WHERE t.category = 'churned'))
    OFFSET 0
$$;
