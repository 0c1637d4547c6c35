-- Answers: Which customers of a lifecycle churned in the last 90 days, of those that had not churned before, by group?
SELECT c.customer_id, e.dimension, e.part, c.has_churned AS value
FROM tenure_churned(%(owners)s, %(lifecycle)s, %(as_of)s::timestamptz - interval '90 days', %(as_of)s) AS c
JOIN tenure_groups(%(owners)s, %(as_of)s::timestamptz - interval '90 days') AS g ON g.customer_id = c.customer_id
CROSS JOIN LATERAL tenure_each_group(g.tier, g.plan, g.industry, g.company_size) AS e
WHERE e.part IS NOT NULL
