-- The accounts that were there at an instant, churned ones as well, and since which day.
CREATE OR REPLACE FUNCTION tenure_opened(owners bigint[], as_of timestamptz)
RETURNS TABLE (customer_id bigint, began_on date) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT a.customer_id, COALESCE(a.contract_start_date, (a.opened_at AT TIME ZONE 'UTC')::date)
    FROM customer_success_account AS a JOIN tenure_customers(owners) AS c ON c.id = a.customer_id
    WHERE a.opened_at <= as_of
$$;
