-- The status of each account at an instant: its tag in the lifecycle of accounts.
CREATE OR REPLACE FUNCTION tenure_account_status(owners bigint[], account bigint, as_of timestamptz)
RETURNS TABLE (customer_id bigint, status varchar) LANGUAGE sql STABLE AS $$
    SELECT s.customer_id, t.code
    FROM tenure_tags(owners, account, as_of) AS s JOIN lifecycle_statustag AS t ON t.id = s.tag_id
$$;
