-- Answers: Which learners ever reached ST_003, of those with a tag?
-- Note: Status tags, "Mastery Achievement: % reaching ST_003".
SELECT c.id AS customer_id, EXISTS (
    SELECT FROM tenure_moves(%(lifecycle)s, %(as_of)s) AS m JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
    WHERE m.customer_id = c.id AND t.code = 'ST_003'
)::int AS value
FROM tenure_tags(%(lifecycle)s, %(as_of)s) AS s
JOIN tenure_customers(%(owners)s) AS c ON c.id = s.customer_id
