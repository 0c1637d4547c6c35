-- The recommendations about some managers' customers that people approved or rejected from one instant to before
-- another, with the hours in which a person could have decided: since it was asked, and not before the evaluation that
-- asks ran, which in a replay is years later (NULL then). The noes that a rollback writes by itself do not count.
CREATE OR REPLACE FUNCTION tenure_decisions(
    owners bigint[], lifecycle bigint, since timestamptz, until timestamptz, as_of timestamptz
)
RETURNS TABLE (
    id bigint, customer_id bigint, rule_id bigint, from_tag_id bigint, state text, decided_by_id int,
    decided_at timestamptz, hours numeric
) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT d.id, d.customer_id, d.rule_id, d.from_tag_id, d.state, d.decided_by_id, d.decided_at,
        CASE WHEN d.decided_at > e.started_at
        THEN extract(epoch FROM d.decided_at - GREATEST(d.created_at, e.started_at)) / 3600 END
    FROM lifecycle_recommendation AS d LEFT JOIN tenure_customers(owners) AS c ON c.id = d.customer_id
    JOIN lifecycle_evaluation AS e ON e.id = d.evaluation_id
    WHERE d.lifecycle_id = lifecycle AND d.state IN ('approved', 'rejected') AND d.decided_at > d.created_at
      AND d.decided_at >= since AND d.decided_at < until AND d.decided_at <= tenure_decisions.as_of
      AND (owners IS NULL OR c.id IS NOT NULL)
$$;
