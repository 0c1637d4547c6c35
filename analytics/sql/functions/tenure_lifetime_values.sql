-- The lifetime value of each account at an instant: as it is written now, or the version that was written then.
CREATE OR REPLACE FUNCTION tenure_lifetime_values(as_of timestamptz)
RETURNS TABLE (customer_id bigint, lifetime_value numeric) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT a.customer_id, written.lifetime_value
    FROM customer_success_account AS a CROSS JOIN LATERAL (
        SELECT a.lifetime_value WHERE a.updated_at <= as_of
        UNION ALL (
            SELECT e.lifetime_value FROM customer_success_accountevent AS e
            WHERE a.updated_at > as_of AND e.pgh_obj_id = a.customer_id AND e.updated_at <= as_of
            ORDER BY e.updated_at DESC, e.pgh_id DESC LIMIT 1
        )
    ) AS written
$$;
