-- Answers: What is the mean health score by tier, plan, industry and company size?
-- Kept: each day
-- One pass for all four: each customer is counted in its groups before these are told apart.
WITH counted AS (
    SELECT g.tier, g.plan, g.industry, g.company_size, sum(h.score) AS points, count(*) AS n,
        CASE 0 WHEN grouping(g.tier) THEN 'tier' WHEN grouping(g.plan) THEN 'plan'
               WHEN grouping(g.industry) THEN 'industry' ELSE 'company_size' END AS dimension
    FROM tenure_portfolio(%(owners)s, %(account)s, %(as_of)s) AS h
    JOIN tenure_groups(%(owners)s, %(as_of)s) AS g ON g.customer_id = h.customer_id
    GROUP BY GROUPING SETS ((g.tier), (g.plan), (g.industry), (g.company_size))
)
SELECT e.dimension || ':' || COALESCE(e.part, '') AS part, sum(c.points) / sum(c.n) AS value, sum(c.n)::bigint AS n
FROM counted AS c
JOIN LATERAL tenure_each_group(c.tier, c.plan, c.industry, c.company_size) AS e ON e.dimension = c.dimension
GROUP BY e.dimension, e.part
ORDER BY e.dimension, n DESC, e.part
