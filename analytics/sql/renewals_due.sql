-- Answers: Which contracts are due for renewal in the next days, for how much, and how healthy are their customers?
-- The earliest first.
SELECT c.id AS customer_id, tenure_name(c) AS name, r.renewal_on, r.annual_revenue,
    h.score, COALESCE(h.level, '') AS level, COALESCE(owner.username, '') AS owner
FROM tenure_renewals(%(owners)s, %(as_of)s, %(days)s) AS r
JOIN lifecycle_customer AS c ON c.id = r.customer_id
LEFT JOIN tenure_health(NULL, %(as_of)s) AS h ON h.customer_id = c.id
LEFT JOIN auth_user AS owner ON owner.id = c.owner_id
ORDER BY r.renewal_on, c.id
LIMIT %(most)s
