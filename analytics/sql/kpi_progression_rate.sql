-- Answers: Which learners reached ST_002 within 12 weeks, of those who entered ST_001 in the 90 days before these weeks?
-- Note: Status tags, "Progression Rate: ST_001 → ST_002 conversion"; ST_001 takes 1 to 12 weeks.
SELECT entered.customer_id, EXISTS (
    SELECT FROM tenure_moves(%(lifecycle)s, %(as_of)s) AS m JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
    WHERE m.customer_id = entered.customer_id AND t.code = 'ST_002'
        AND (m.applied_at, m.id) > (entered.at, entered.id) AND m.applied_at <= entered.at + interval '84 days'
)::int AS value
FROM (
    SELECT DISTINCT ON (m.customer_id) m.customer_id, m.id, m.applied_at AS at
    FROM tenure_moves(%(lifecycle)s, %(as_of)s::timestamptz - interval '84 days') AS m
    JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
    JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
    WHERE t.code = 'ST_001' AND m.applied_at > %(as_of)s::timestamptz - interval '174 days'
    ORDER BY m.customer_id, m.applied_at DESC, m.id DESC
) AS entered
