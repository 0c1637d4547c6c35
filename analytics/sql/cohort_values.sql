-- Answers: Which values have the most customers, of those with a tag, so that they are cohorts of their own?
SELECT tenure_cohort_value(c.plan, c.tier, c.product_tag, c.traits, %(by)s, %(trait)s) AS value, count(*) AS customers
FROM tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s
JOIN tenure_customers(%(owners)s) AS c ON c.id = s.customer_id
WHERE tenure_cohort_value(c.plan, c.tier, c.product_tag, c.traits, %(by)s, %(trait)s) IS NOT NULL
GROUP BY value
ORDER BY customers DESC, value
LIMIT %(most)s
