-- The groups that customers are in: tier, plan, industry, company size; NULL: unknown. The tier is that of then; the
-- others are not kept by day and are those of now. Company size: the trait "company_size", or else the licensed users
-- of the success profile; a number is a band: small to 49, medium to 249, large to 999 (OECD size classes), enterprise.
CREATE OR REPLACE FUNCTION tenure_groups(owners bigint[], as_of timestamptz)
RETURNS TABLE (customer_id bigint, dimension text, part text) LANGUAGE sql STABLE AS $$
    SELECT c.id, d.dimension, left(d.part, 80)
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
    CROSS JOIN LATERAL (VALUES
        ('tier', CASE WHEN later.customer_id IS NULL THEN c.tier ELSE later.from_tier END),
        ('plan', c.plan),
        ('industry', NULLIF(btrim(COALESCE(a.industry, c.traits ->> 'industry')), '')),
        ('company_size', CASE
            WHEN told.size !~ '^[0-9]{1,9}$' THEN told.size
            WHEN told.size::int < 50 THEN 'small'
            WHEN told.size::int < 250 THEN 'medium'
            WHEN told.size::int < 1000 THEN 'large'
            ELSE CASE WHEN told.size IS NOT NULL THEN 'enterprise' END
        END)
    ) AS d(dimension, part)
$$;
