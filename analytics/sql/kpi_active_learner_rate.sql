-- Answers: Which learners are active or progressing, of those with a tag?
SELECT s.customer_id, (t.code IN ('ST_001', 'ST_002'))::int AS value
FROM tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s
JOIN lifecycle_statustag AS t ON t.id = s.tag_id
