-- Answers: What is the mean health score by tier, plan, industry and company size?
-- Kept: each day
WITH counted AS (
    SELECT g.tier, g.plan, g.industry, g.company_size, sum(h.score) AS points, count(*) AS n
    FROM tenure_portfolio(%(owners)s, %(as_of)s) AS h
    JOIN tenure_groups(%(owners)s, %(as_of)s) AS g ON g.customer_id = h.customer_id
    GROUP BY 1, 2, 3, 4
)
SELECT e.dimension || ':' || COALESCE(e.part, '') AS part, sum(c.points) / sum(c.n) AS value, sum(c.n)::bigint AS n
FROM counted AS c CROSS JOIN LATERAL tenure_each_group(c.tier, c.plan, c.industry, c.company_size) AS e
GROUP BY e.dimension, e.part
ORDER BY e.dimension, n DESC, e.part
