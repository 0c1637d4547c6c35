-- The moves of a lifecycle from one instant to before another, without those that only took others back.
CREATE OR REPLACE FUNCTION tenure_moves_made(lifecycle bigint, since timestamptz, until timestamptz, as_of timestamptz)
RETURNS SETOF lifecycle_transition LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT t.* FROM lifecycle_transition AS t
    WHERE t.lifecycle_id = lifecycle AND t.applied_at >= since AND t.applied_at < until AND t.applied_at <= as_of
      AND NOT EXISTS (SELECT FROM lifecycle_rolledback AS k WHERE k.reversal_id = t.id)
$$;
