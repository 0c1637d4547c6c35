-- The accounts that were there at an instant and had not churned in the lifecycle of accounts, and since which day.
CREATE OR REPLACE FUNCTION tenure_accounts(owners bigint[], lifecycle bigint, as_of timestamptz)
RETURNS TABLE (customer_id bigint, began_on date) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT a.customer_id, a.began_on
    FROM tenure_opened(owners, as_of) AS a
    WHERE NOT EXISTS (
        SELECT FROM tenure_account_churned(owners, lifecycle, as_of) AS s
        WHERE s.customer_id = a.customer_id AND s.has_churned
    )
$$;
