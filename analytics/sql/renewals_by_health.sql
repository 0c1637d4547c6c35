-- Answers: How many contracts are due for renewal in the next days at each level of health, and for how much?
SELECT COALESCE(h.level, '') AS level, count(*) AS customers, COALESCE(sum(r.annual_revenue), 0) AS annual_revenue
FROM tenure_renewals(%(owners)s, %(as_of)s, %(days)s) AS r
LEFT JOIN tenure_health(NULL, %(as_of)s) AS h ON h.customer_id = r.customer_id
GROUP BY 1
ORDER BY 1
