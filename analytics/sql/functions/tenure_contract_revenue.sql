-- The annual revenue of each contract in force just before some instants, the first, the last and each ``step`` between
-- them (all in UTC); closed accounts have none. No arrays: an argument with a sub-select would not be written out.
CREATE OR REPLACE FUNCTION tenure_contract_revenue(owners bigint[], first timestamp, last timestamp, step interval)
RETURNS TABLE (customer_id bigint, before timestamp, annual_revenue numeric) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT k.customer_id, i.before, k.annual_revenue
    FROM (SELECT before, before AT TIME ZONE 'UTC' AS at FROM generate_series(first, last, step) AS before) AS i
    JOIN tenure_contract_terms(owners) AS k ON k.in_force_from < i.at AND k.in_force_to >= i.at
    WHERE k.annual_revenue > 0 AND NOT EXISTS (
        SELECT FROM tenure_closings(owners) AS closed
        WHERE closed.customer_id = k.customer_id AND closed.closed_from < i.at AND closed.closed_to >= i.at
    )
$$;
