-- What the contract of each account was worth at an instant: as it is now, or the version that was in force then.
CREATE OR REPLACE FUNCTION tenure_contracts(as_of timestamptz)
RETURNS TABLE (customer_id bigint, annual_revenue numeric, lifetime_value numeric) LANGUAGE sql STABLE AS $$
    SELECT a.customer_id, a.annual_revenue, a.lifetime_value
    FROM customer_success_account AS a WHERE a.updated_at <= as_of
    UNION ALL
    SELECT a.customer_id, past.annual_revenue, past.lifetime_value
    FROM customer_success_account AS a CROSS JOIN LATERAL (
        SELECT e.annual_revenue, e.lifetime_value FROM customer_success_accountevent AS e
        WHERE e.pgh_obj_id = a.customer_id AND e.updated_at <= as_of ORDER BY e.updated_at DESC, e.pgh_id DESC LIMIT 1
    ) AS past
    WHERE a.updated_at > as_of
$$;
