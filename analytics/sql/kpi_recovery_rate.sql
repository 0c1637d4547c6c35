-- Answers: Which learners came back to ST_001 or ST_002 within 7 weeks, of those who fell to ST_004 or ST_005 before?
-- Note: Status tags, "Recovery Rate: ST_004/005 → ST_001/002"; these tags take 3 and 4 weeks at most. Who fell from
-- Note: elsewhere in the 90 days before these weeks counts, with the latest fall; a fall by a rule that a person put
-- Note: back within 14 days was none.
SELECT fell.customer_id, EXISTS (
    SELECT FROM tenure_moves(%(lifecycle)s, %(as_of)s) AS m JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
    WHERE m.customer_id = fell.customer_id AND t.code IN ('ST_001', 'ST_002')
        AND (m.applied_at, m.id) > (fell.at, fell.id) AND m.applied_at <= fell.at + interval '49 days'
)::int AS value
FROM (
    SELECT DISTINCT ON (m.customer_id) m.customer_id, m.id, m.applied_at AS at
    FROM tenure_moves(%(lifecycle)s, %(as_of)s::timestamptz - interval '49 days') AS m
    JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
    LEFT JOIN lifecycle_statustag AS f ON f.id = m.from_tag_id
    JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
    LEFT JOIN (
        SELECT DISTINCT v.move_id
        FROM tenure_reversals(%(owners)s, %(lifecycle)s, %(as_of)s::timestamptz - interval '139 days', %(as_of)s) AS v
        WHERE v.how = 'put_back'
    ) AS wrong ON wrong.move_id = m.id
    WHERE t.code IN ('ST_004', 'ST_005') AND f.code IS DISTINCT FROM 'ST_004' AND f.code IS DISTINCT FROM 'ST_005'
        AND m.applied_at > %(as_of)s::timestamptz - interval '139 days'
        AND wrong.move_id IS NULL
    ORDER BY m.customer_id, m.applied_at DESC, m.id DESC
) AS fell
