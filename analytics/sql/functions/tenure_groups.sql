-- The groups that each customer is in: tier, plan, industry, company size; NULL: unknown. The tier is that of then; the
-- others are not kept by day and are those of now. Company size: the trait "company_size", or else the licensed users
-- of the success profile; a number is a band: small to 49, medium to 249, large to 999 (OECD size classes), enterprise.
CREATE OR REPLACE FUNCTION tenure_groups(owners bigint[], as_of timestamptz)
RETURNS TABLE (customer_id bigint, tier text, plan text, industry text, company_size text) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT c.id, NULLIF(CASE WHEN later.customer_id IS NULL THEN c.tier ELSE later.from_tier END, ''), NULLIF(c.plan, ''),
        NULLIF(btrim(COALESCE(a.industry, c.traits ->> 'industry')), ''), CASE WHEN told.size ~ '^[0-9]{1,9}$'
            THEN (ARRAY['small', 'medium', 'large', 'enterprise'])[1 + width_bucket(told.size::int, ARRAY[50, 250, 1000])]
            ELSE told.size END
    FROM tenure_customers(owners) AS c
    LEFT JOIN customer_success_account AS a ON a.customer_id = c.id
    LEFT JOIN customer_success_successprofile AS p ON p.account_id = c.id
    LEFT JOIN (
        SELECT DISTINCT ON (t.customer_id) t.customer_id, t.from_tier FROM customer_success_tierchange AS t
        WHERE t.changed_at > as_of ORDER BY t.customer_id, t.changed_at, t.id
    ) AS later ON later.customer_id = c.id
    CROSS JOIN LATERAL (
        SELECT COALESCE(NULLIF(lower(btrim(c.traits ->> 'company_size')), ''), p.licensed_users::text)
    ) AS told(size)
    OFFSET 0
$$;
