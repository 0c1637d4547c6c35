-- The accounts that were there at an instant and had not churned in the lifecycle of accounts, and since which day.
CREATE OR REPLACE FUNCTION tenure_accounts(owners bigint[], lifecycle bigint, as_of timestamptz)
RETURNS TABLE (customer_id bigint, began_on date) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT a.customer_id, COALESCE(a.contract_start_date, (a.opened_at AT TIME ZONE 'UTC')::date)
    FROM customer_success_account AS a
    JOIN tenure_customers(owners) AS c ON c.id = a.customer_id
    WHERE a.opened_at <= as_of AND NOT EXISTS (
        SELECT FROM tenure_account_churned(owners, lifecycle, as_of) AS s
        WHERE s.customer_id = a.customer_id AND s.has_churned
    )
$$;
