-- Which moves of each customer, by ids from the first to the last, rollbacks made since an instant have taken back. An
-- undoing brings moves back and may be undone itself; whom it left alone stays as it was.
CREATE OR REPLACE FUNCTION tenure_taken_back(lifecycle bigint, since timestamptz, as_of timestamptz)
RETURNS TABLE (customer_id bigint, first_id bigint, last_id bigint) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE chain AS (
        SELECT r.id AS root, r.id FROM lifecycle_rollback AS r
        WHERE r.lifecycle_id = lifecycle AND r.undoes_id IS NULL AND r.made_at >= since AND r.made_at <= as_of
        UNION ALL
        SELECT c.root, u.id FROM chain AS c JOIN lifecycle_rollback AS u ON u.undoes_id = c.id AND u.made_at <= as_of
    )
    SELECT k.customer_id, min(k.first_id), min(k.last_id)
    FROM chain AS c JOIN lifecycle_rolledback AS k ON k.rollback_id = c.id AND k.reversal_id IS NOT NULL
    GROUP BY c.root, k.customer_id HAVING count(*) % 2 = 1
$$;
