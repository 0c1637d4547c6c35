-- Answers: How do the tiers do: accounts, mean health, retention and expansion in a year, mean lifetime value?
-- Kept: each day
-- Retention is that of logos: of the accounts that had not churned a year before, those that have not by now. Expansion:
-- of the same accounts, those of which an opportunity was won in that year. The lifetime value is the one known now.
WITH accounts AS (
    SELECT COALESCE(g.tier, '') AS tier, h.score, a.lifetime_value, s.has_churned IS NOT true AS is_here,
        before.customer_id IS NOT NULL AS was_here, a.customer_id IN (
            SELECT o.customer_id FROM customer_success_expansionopportunity AS o WHERE o.status = 'WON'
            AND o.ended_at > %(as_of)s::timestamptz - interval '365 days' AND o.ended_at <= %(as_of)s
            AND (%(owners)s IS NULL OR o.customer_id = ANY (ARRAY(SELECT c.id FROM tenure_customers(%(owners)s) AS c)))
        ) AS has_expanded
    FROM customer_success_account AS a
    JOIN tenure_groups(%(owners)s, %(as_of)s) AS g ON g.customer_id = a.customer_id
    LEFT JOIN tenure_account_churned(%(owners)s, %(account)s, %(as_of)s) AS s ON s.customer_id = a.customer_id
    LEFT JOIN tenure_accounts(%(owners)s, %(account)s, %(as_of)s::timestamptz - interval '365 days') AS before ON before.customer_id = a.customer_id
    LEFT JOIN tenure_health(%(owners)s, %(as_of)s) AS h ON h.customer_id = a.customer_id AND s.has_churned IS NOT true
    WHERE a.opened_at <= %(as_of)s
), tiers AS (
    SELECT tier, count(*) FILTER (WHERE is_here) AS customers, avg(score) AS health, count(score) AS scored,
        count(*) FILTER (WHERE was_here) AS base, count(*) FILTER (WHERE was_here AND is_here) AS stayed,
        count(*) FILTER (WHERE was_here AND has_expanded) AS expanded,
        avg(lifetime_value) FILTER (WHERE is_here) AS lifetime_value,
        count(lifetime_value) FILTER (WHERE is_here) AS valued
    FROM accounts GROUP BY tier
)
SELECT f.name || ':' || t.tier AS part, f.value, f.n
FROM tiers AS t CROSS JOIN LATERAL (VALUES
    ('customer_count', t.customers::numeric, t.customers),
    ('average_health_score', t.health, t.scored),
    ('retention_rate', 100.0 * t.stayed / NULLIF(t.base, 0), t.base),
    ('expansion_rate', 100.0 * t.expanded / NULLIF(t.base, 0), t.base),
    ('lifetime_value', t.lifetime_value, t.valued)
) AS f(name, value, n)
