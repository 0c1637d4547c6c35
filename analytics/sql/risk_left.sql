-- Answers: How many moves led out of risk, and how many of them to tags in which customers do well?
-- Note: Where a person put back a rule's move into risk within 14 days, there was no risk to leave; where a person put
-- Note: back a rule's move out of risk, it was not left. Neither counts. What a rollback took back counts, as it was done.
WITH put_back AS MATERIALIZED (
    SELECT move_id FROM tenure_reversals(%(owners)s, %(lifecycle)s, %(since)s, %(as_of)s) WHERE how = 'put_back'
)
SELECT count(*) AS left_risk, count(*) FILTER (WHERE t.category IN ('learning', 'active')) AS recovered
FROM tenure_moves_made(%(lifecycle)s, %(since)s, %(until)s, %(as_of)s) AS m
JOIN lifecycle_statustag AS f ON f.id = m.from_tag_id AND f.category = 'risk'
JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id AND t.category <> 'risk'
LEFT JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
WHERE (%(owners)s IS NULL OR c.id IS NOT NULL)
  AND m.id NOT IN (SELECT move_id FROM put_back)
  AND (m.by_id IS NULL OR m.rule_id IS NOT NULL OR COALESCE((
    SELECT max(was.id)
    FROM (SELECT id, lifecycle_id FROM lifecycle_transition WHERE customer_id = m.customer_id AND id < m.id OFFSET 0) AS was
    WHERE was.lifecycle_id = %(lifecycle)s
  ), 0) NOT IN (SELECT move_id FROM put_back))
