-- The moves of rules that led some managers' customers into risk from outside it, from one instant to before another.
-- late: see tenure_days_late. stands: neither taken back by a rollback, nor put back by a person within 14 days. came_to:
-- where the first move out of risk after it that stands led (NULL: at risk still).
CREATE OR REPLACE FUNCTION tenure_found_at_risk(
    owners bigint[], lifecycle bigint, since timestamptz, until timestamptz, as_of timestamptz
)
RETURNS TABLE (
    id bigint, customer_id bigint, rule_id bigint, from_tag_id bigint, to_tag_id bigint, applied_at timestamptz,
    late numeric, stands boolean, came_to bigint
) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH reversed AS MATERIALIZED (
        SELECT move_id FROM tenure_reversals(owners, lifecycle, since, as_of)
    ), entered AS (
        SELECT m.id, m.customer_id, m.rule_id, m.from_tag_id, m.to_tag_id, m.applied_at,
            m.id NOT IN (SELECT move_id FROM reversed) AS stands, l.days AS late
        FROM tenure_moves_made(lifecycle, since, until, as_of) AS m
        JOIN tenure_customers(owners) AS c ON c.id = m.customer_id
        JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id AND t.category = 'risk'
        LEFT JOIN lifecycle_statustag AS f ON f.id = m.from_tag_id
        JOIN lifecycle_transitionrule AS r ON r.id = m.rule_id
        CROSS JOIN LATERAL tenure_days_late(r.conditions, m.evidence) AS l
        WHERE f.category IS DISTINCT FROM 'risk'
    ), came_out AS (
        SELECT DISTINCT ON (e.id) e.id, m.to_tag_id
        FROM entered AS e
        JOIN tenure_moves(lifecycle, as_of) AS m ON m.customer_id = e.customer_id
            AND (m.applied_at, m.id) > (e.applied_at, e.id)
        JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id AND t.category <> 'risk'
        WHERE e.stands AND m.id NOT IN (SELECT move_id FROM reversed)
        ORDER BY e.id, m.applied_at, m.id
    )
    SELECT e.id, e.customer_id, e.rule_id, e.from_tag_id, e.to_tag_id, e.applied_at, e.late, e.stands, o.to_tag_id
    FROM entered AS e LEFT JOIN came_out AS o USING (id)
$$;
