-- Answers: Which customers whose health is followed are healthy and have a live expansion opportunity, by group?
SELECT h.customer_id, e.dimension, e.part,
    tenure_is_listed('expansion', h.level, h.trend, h.has_alert, h.has_opportunity)::int AS value
FROM tenure_risks(%(owners)s, %(account)s, %(as_of)s) AS h
JOIN tenure_groups(%(owners)s, %(as_of)s) AS g ON g.customer_id = h.customer_id
CROSS JOIN LATERAL tenure_each_group(g.tier, g.plan, g.industry, g.company_size) AS e
WHERE e.part IS NOT NULL
