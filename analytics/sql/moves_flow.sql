-- Answers: How many moves were there from each status tag to each other, and how many did rules make alone?
-- Note: A move that only took another back does not count; the move that was taken back does.
SELECT f.code AS from_tag, t.code AS to_tag, m.moves, m.automatic
FROM (
    SELECT m.from_tag_id, m.to_tag_id, count(*) AS moves,
        count(*) FILTER (WHERE m.rule_id IS NOT NULL AND m.by_id IS NULL) AS automatic
    FROM tenure_moves_made(%(lifecycle)s, %(since)s, %(until)s, %(as_of)s) AS m
    LEFT JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
    WHERE %(owners)s IS NULL OR c.id IS NOT NULL
    GROUP BY 1, 2
) AS m
JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
LEFT JOIN lifecycle_statustag AS f ON f.id = m.from_tag_id
ORDER BY f.position NULLS FIRST, f.id, t.position, t.id
