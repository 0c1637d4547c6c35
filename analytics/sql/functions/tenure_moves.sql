-- The moves of a lifecycle that stood at an instant: neither taken back by then, nor the taking back of another.
CREATE OR REPLACE FUNCTION tenure_moves(lifecycle bigint, as_of timestamptz)
RETURNS TABLE (id bigint, customer_id bigint, from_tag_id bigint, to_tag_id bigint, applied_at timestamptz, rule_id bigint, evidence jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT t.id, t.customer_id, t.from_tag_id, t.to_tag_id, t.applied_at, t.rule_id, t.evidence
    FROM lifecycle_transition AS t
    WHERE t.lifecycle_id = lifecycle AND t.applied_at <= as_of
        AND NOT EXISTS (SELECT FROM lifecycle_rolledback AS b WHERE b.reversal_id = t.id)
        AND NOT EXISTS (
            SELECT FROM tenure_taken_back(lifecycle, '-infinity', as_of) AS k
            WHERE k.customer_id = t.customer_id AND t.id BETWEEN k.first_id AND k.last_id
        )
$$;
