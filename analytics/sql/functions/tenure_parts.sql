-- The tier, plan or industry that each customer has now; empty by name ``''``, and where it has none.
CREATE OR REPLACE FUNCTION tenure_parts(split text, owners bigint[])
RETURNS TABLE (customer_id bigint, part text) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT c.id, COALESCE(CASE split WHEN 'tier' THEN c.tier WHEN 'plan' THEN c.plan WHEN 'industry' THEN a.industry END, '')
    FROM tenure_customers(owners) AS c LEFT JOIN customer_success_account AS a ON a.customer_id = c.id
$$;
