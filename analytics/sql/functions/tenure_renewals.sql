-- The contracts that are up for renewal in the next days, today counted, as it was known at an instant.
CREATE OR REPLACE FUNCTION tenure_renewals(owners bigint[], as_of timestamptz, days int)
RETURNS TABLE (customer_id bigint, renewal_on date, annual_revenue numeric) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH closings AS MATERIALIZED (SELECT * FROM tenure_closings(owners))
    SELECT k.customer_id, k.renewal_on, k.annual_revenue
    FROM tenure_contract_terms(owners) AS k
    WHERE k.known_from <= as_of AND k.known_to > as_of
        AND k.renewal_on >= (as_of AT TIME ZONE 'UTC')::date AND k.renewal_on < (as_of AT TIME ZONE 'UTC')::date + days
        AND NOT EXISTS (
            SELECT FROM closings AS closed
            WHERE closed.customer_id = k.customer_id AND closed.closed_from <= as_of AND closed.closed_to > as_of
        )
$$;
