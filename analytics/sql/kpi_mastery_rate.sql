-- Answers: Which learners ever reached ST_003, of those with a tag?
-- Note: Status tags, "Mastery Achievement: % reaching ST_003".
SELECT s.customer_id, (reached.customer_id IS NOT NULL)::int AS value
FROM tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s
LEFT JOIN (
    SELECT DISTINCT m.customer_id
    FROM tenure_moves(%(lifecycle)s, %(as_of)s) AS m
    JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id AND t.code = 'ST_003'
    JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
) AS reached ON reached.customer_id = s.customer_id
