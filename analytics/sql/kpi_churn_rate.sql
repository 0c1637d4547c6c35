-- Answers: Which learners are in ST_006, of those who had another tag 90 days before?
-- Note: Status tags, "Churn Rate: % moving to ST_006", as logo churn of a quarter.
SELECT before.customer_id, COALESCE(t.code = 'ST_006', false)::int AS value
FROM tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s::timestamptz - interval '90 days') AS before
JOIN lifecycle_statustag AS b ON b.id = before.tag_id AND b.code <> 'ST_006'
LEFT JOIN tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s ON s.customer_id = before.customer_id
LEFT JOIN lifecycle_statustag AS t ON t.id = s.tag_id
