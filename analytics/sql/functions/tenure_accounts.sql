-- The accounts that were there at an instant and had not churned in the lifecycle of accounts, and since which day.
-- Of everybody the churned ones are listed once; those of a portfolio are looked up one by one (OFFSET 0: joined, all tags
-- would be read for them).
CREATE OR REPLACE FUNCTION tenure_accounts(owners bigint[], lifecycle bigint, as_of timestamptz)
RETURNS TABLE (customer_id bigint, began_on date) LANGUAGE sql STABLE AS $$
    SELECT a.customer_id, COALESCE(a.contract_start_date, (a.opened_at AT TIME ZONE 'UTC')::date)
    FROM customer_success_account AS a
    JOIN lifecycle_customer AS c ON c.id = a.customer_id
    WHERE a.opened_at <= as_of AND (owners IS NULL OR c.owner_id = ANY(owners))
        AND NOT CASE WHEN owners IS NULL THEN a.customer_id IN (
            SELECT s.customer_id FROM tenure_tags(lifecycle, as_of) AS s
            JOIN lifecycle_statustag AS t ON t.id = s.tag_id WHERE t.category = 'churned'
        ) ELSE EXISTS (
            SELECT FROM tenure_tags(lifecycle, as_of) AS s JOIN lifecycle_statustag AS t ON t.id = s.tag_id
            WHERE s.customer_id = a.customer_id AND t.category = 'churned' OFFSET 0
        ) END
$$;
