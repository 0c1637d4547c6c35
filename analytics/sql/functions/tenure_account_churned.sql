-- Whether each account with a tag in the lifecycle of accounts had churned at an instant: its tag is of that category.
CREATE OR REPLACE FUNCTION tenure_account_churned(owners bigint[], account bigint, as_of timestamptz)
RETURNS TABLE (customer_id bigint, has_churned boolean) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT s.customer_id, s.tag_id = ANY (ARRAY(SELECT t.id FROM lifecycle_statustag AS t WHERE t.category = 'churned'))
    FROM tenure_tags(owners, account, as_of) AS s
$$;
