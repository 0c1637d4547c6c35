-- Answers: What is the mean health score by tier, plan, industry and company size?
-- Kept: each day
SELECT g.dimension || ':' || COALESCE(g.part, '') AS part, avg(h.score) AS value, count(*) AS n
FROM tenure_portfolio(%(owners)s, %(as_of)s) AS h
JOIN tenure_groups(%(owners)s, %(as_of)s) AS g ON g.customer_id = h.customer_id
GROUP BY g.dimension, g.part
ORDER BY g.dimension, n DESC, g.part
