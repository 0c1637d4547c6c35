-- The rules' moves that did not stand, of some managers' customers, by what happened since an instant: taken back by a
-- rollback that is in effect, or put back by a person as the next move within 14 days (lifecycle.rules.confidence counts
-- the same).
CREATE OR REPLACE FUNCTION tenure_reversals(owners bigint[], lifecycle bigint, since timestamptz, as_of timestamptz)
RETURNS TABLE (move_id bigint, how text) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT t.id, 'taken_back'
    FROM tenure_taken_back(lifecycle, since, as_of) AS k
    JOIN lifecycle_transition AS t ON t.customer_id = k.customer_id AND t.id BETWEEN k.first_id AND k.last_id
    WHERE t.lifecycle_id = lifecycle AND t.rule_id IS NOT NULL
    UNION
    SELECT was.id, 'put_back'
    FROM lifecycle_transition AS back LEFT JOIN tenure_customers(owners) AS c ON c.id = back.customer_id
    JOIN lifecycle_transition AS was ON was.customer_id = back.customer_id AND was.lifecycle_id = lifecycle
        AND was.from_tag_id = back.to_tag_id AND was.to_tag_id = back.from_tag_id
        AND was.id < back.id AND was.applied_at >= back.applied_at - interval '14 days'
    WHERE (owners IS NULL OR c.id IS NOT NULL)
      AND back.lifecycle_id = lifecycle AND back.applied_at >= since AND back.applied_at <= as_of
      AND back.by_id IS NOT NULL AND back.rule_id IS NULL
      AND was.rule_id IS NOT NULL AND was.applied_at >= since - interval '14 days'
      AND NOT EXISTS (
        SELECT FROM lifecycle_transition AS between_them
        WHERE between_them.customer_id = back.customer_id AND between_them.lifecycle_id = lifecycle
          AND between_them.id > was.id AND between_them.id < back.id
      )
      AND NOT EXISTS (SELECT FROM lifecycle_rolledback AS k WHERE k.reversal_id = back.id)
$$;
