-- Answers: How many moves did rules make alone, people approve, and people make by hand each day, and which stood?
SELECT (m.applied_at AT TIME ZONE 'UTC')::date AS day,
    count(*) FILTER (WHERE m.rule_id IS NOT NULL AND m.by_id IS NULL) AS automatic,
    count(*) FILTER (WHERE m.rule_id IS NOT NULL AND m.by_id IS NOT NULL) AS approved,
    count(*) FILTER (WHERE m.rule_id IS NULL AND m.by_id IS NOT NULL) AS by_hand,
    count(*) FILTER (WHERE m.id IN (
        SELECT v.move_id FROM tenure_reversals(%(owners)s, %(lifecycle)s, %(since)s, %(as_of)s) AS v)) AS reversed
FROM tenure_moves_made(%(lifecycle)s, %(since)s, %(until)s, %(as_of)s) AS m
JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
GROUP BY 1
ORDER BY 1
