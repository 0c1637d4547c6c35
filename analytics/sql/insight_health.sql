-- Answers: What is the health score of each customer, by group?
SELECT h.customer_id, e.dimension, e.part, h.score AS value
FROM tenure_portfolio(%(owners)s, %(account)s, %(as_of)s) AS h
JOIN tenure_groups(%(owners)s, %(as_of)s) AS g ON g.customer_id = h.customer_id
CROSS JOIN LATERAL tenure_each_group(g.tier, g.plan, g.industry, g.company_size) AS e
WHERE e.part IS NOT NULL
