-- Answers: How many customers were in each status tag?
-- Kept: each day, by lifecycle
SELECT t.code AS part, count(c.id) AS value, count(c.id) AS n
FROM lifecycle_statustag AS t
LEFT JOIN tenure_tags(%(lifecycle)s, %(as_of)s) AS s ON s.tag_id = t.id
LEFT JOIN tenure_customers(%(owners)s) AS c ON c.id = s.customer_id
WHERE t.lifecycle_id = %(lifecycle)s
GROUP BY t.id, t.code, t.position
ORDER BY t.position, t.id
