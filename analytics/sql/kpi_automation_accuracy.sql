-- Answers: Whose latest move by a rule stood, of the customers that a rule moved in the 90 days before the last 14?
-- Note: Spec 1, “automation accuracy for status transitions”. It did not stand if it was taken back, or put back by a person as
-- Note: the next move within 14 days. Who was asked about the move and approved it counts as well.
SELECT DISTINCT ON (m.customer_id) m.customer_id, (r.move_id IS NULL)::int AS value
FROM (SELECT %(as_of)s::timestamptz - interval '104 days' AS since, %(as_of)s::timestamptz - interval '14 days' AS until) AS days
CROSS JOIN LATERAL tenure_moves_made(%(lifecycle)s, days.since, days.until, %(as_of)s) AS m
JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
LEFT JOIN (
    SELECT DISTINCT move_id
    FROM tenure_reversals(%(owners)s, %(lifecycle)s, %(as_of)s::timestamptz - interval '104 days', %(as_of)s)
) AS r ON r.move_id = m.id
WHERE m.rule_id IS NOT NULL
ORDER BY m.customer_id, m.applied_at DESC, m.id DESC
