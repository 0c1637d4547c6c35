-- Who was in a lifecycle at an instant and had not churned, and whether they churned by another.
CREATE OR REPLACE FUNCTION tenure_churned(owners bigint[], lifecycle bigint, since timestamptz, until timestamptz)
RETURNS TABLE (customer_id bigint, has_churned int) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT s.customer_id, EXISTS (
        SELECT FROM tenure_moves(lifecycle, until) AS m
        JOIN lifecycle_statustag AS gone ON gone.id = m.to_tag_id AND gone.category = 'churned'
        WHERE m.customer_id = s.customer_id AND m.applied_at > since)::int
    FROM tenure_tags(owners, lifecycle, since) AS s
    JOIN lifecycle_statustag AS t ON t.id = s.tag_id AND t.category <> 'churned'
$$;
