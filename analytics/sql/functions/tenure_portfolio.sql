-- The customers whose health is followed: they had a score by then, and their account, if any, had not churned.
CREATE OR REPLACE FUNCTION tenure_portfolio(owners bigint[], account bigint, as_of timestamptz)
RETURNS TABLE (customer_id bigint, score smallint, level varchar, trend varchar) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT h.* FROM tenure_health(owners, as_of) AS h
    WHERE NOT EXISTS (
        SELECT FROM tenure_account_churned(owners, account, as_of) AS a
        WHERE a.customer_id = h.customer_id AND a.has_churned)
$$;
