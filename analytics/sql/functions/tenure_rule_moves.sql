-- The moves that rules made of some managers' customers from one instant to before another, alone or approved by a
-- person (by_id), and what became of each by the instant of which it is told: taken_back by a rollback, put_back by a
-- person within 14 days, young where it may still be put back, else stood.
CREATE OR REPLACE FUNCTION tenure_rule_moves(
    owners bigint[], lifecycle bigint, since timestamptz, until timestamptz, as_of timestamptz
)
RETURNS TABLE (
    id bigint, customer_id bigint, rule_id bigint, by_id int, from_tag_id bigint, to_tag_id bigint,
    applied_at timestamptz, became text
) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT m.id, m.customer_id, m.rule_id, m.by_id, m.from_tag_id, m.to_tag_id, m.applied_at,
        COALESCE(v.how, CASE WHEN m.applied_at > as_of - interval '14 days' THEN 'young' ELSE 'stood' END)
    FROM tenure_moves_made(lifecycle, since, until, as_of) AS m
    LEFT JOIN tenure_customers(owners) AS c ON c.id = m.customer_id
    LEFT JOIN tenure_reversals(owners, lifecycle, since, as_of) AS v ON v.move_id = m.id
    WHERE m.rule_id IS NOT NULL AND (owners IS NULL OR c.id IS NOT NULL)
$$;
