-- Answers: How many customers were in each status tag?
-- Kept: each day, by lifecycle
SELECT t.code AS part, count(s.customer_id) AS value, count(s.customer_id) AS n
FROM lifecycle_statustag AS t
LEFT JOIN tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s ON s.tag_id = t.id
WHERE t.lifecycle_id = %(lifecycle)s
GROUP BY t.id, t.code, t.position
ORDER BY t.position, t.id
