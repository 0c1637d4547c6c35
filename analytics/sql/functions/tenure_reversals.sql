-- The rules' moves that did not stand, of some managers' customers, by what happened since an instant: taken back by a
-- rollback that is in effect, or put back by a person as the next move within 14 days, unless that was taken back in its
-- turn (lifecycle.sql.rollback counts the same). Each once: what comes next after a move that was taken back is taken
-- back with it, or is the taking back. NOT IN and OFFSET 0: the planner expects few moves taken back, and would compare
-- each person's move with all of them.
CREATE OR REPLACE FUNCTION tenure_reversals(owners bigint[], lifecycle bigint, since timestamptz, as_of timestamptz)
RETURNS TABLE (move_id bigint, how text) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH taken AS (
        SELECT t.id, t.rule_id
        FROM tenure_taken_back(lifecycle, since, as_of) AS k
        JOIN lifecycle_transition AS t ON t.customer_id = k.customer_id AND t.id BETWEEN k.first_id AND k.last_id
        WHERE t.lifecycle_id = lifecycle
    )
    SELECT id, 'taken_back' FROM taken WHERE rule_id IS NOT NULL
    UNION
    SELECT id, 'put_back' FROM (
        SELECT was.id, back.id AS back_id
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
        OFFSET 0
    ) AS put_back
    WHERE back_id NOT IN (SELECT id FROM taken)
$$;
