-- Answers: How many days late was the latest move into ST_004, of the customers that a rule moved there in 90 days?
-- Note: Spec 1, “time to identify ST_004”. It runs from the day on which the idle days of the rule (days_since_…, those that
-- Note: were full last) were over, so that a rule which waits longer is not slower. Other moves are left out.
SELECT DISTINCT ON (m.customer_id) m.customer_id, late.days AS value
FROM tenure_moves(%(lifecycle)s, %(as_of)s) AS m
JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
JOIN lifecycle_transitionrule AS r ON r.id = m.rule_id
CROSS JOIN LATERAL tenure_days_late(r.conditions, m.evidence) AS late
WHERE t.code = 'ST_004' AND m.applied_at > %(as_of)s::timestamptz - interval '90 days' AND late.days IS NOT NULL
ORDER BY m.customer_id, m.applied_at DESC, m.id DESC
