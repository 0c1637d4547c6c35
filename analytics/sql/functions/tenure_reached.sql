-- Who moved into one of some status tags by an instant, and when first.
CREATE OR REPLACE FUNCTION tenure_reached(owners bigint[], lifecycle bigint, tags bigint[], as_of timestamptz)
RETURNS TABLE (customer_id bigint, reached_at timestamptz) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT t.customer_id, min(t.applied_at)
    FROM tenure_moves(lifecycle, as_of) AS t LEFT JOIN tenure_customers(owners) AS c ON c.id = t.customer_id
    WHERE t.to_tag_id = ANY(tags) AND (owners IS NULL OR c.id IS NOT NULL)
    GROUP BY 1
$$;
