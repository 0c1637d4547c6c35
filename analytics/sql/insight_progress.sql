-- Answers: Which customers moved forward within 60 days, by the month in which they entered a lifecycle?
-- Forward: to a tag further on that is not one of risk, pause or churn. Of those that entered in the last year and are
-- 60 days in it; their first move counts.
WITH entered AS (
    SELECT DISTINCT ON (m.customer_id) m.customer_id, m.applied_at, t.position
    FROM tenure_moves(%(lifecycle)s, %(as_of)s) AS m
    JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
    JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
    ORDER BY m.customer_id, m.applied_at, m.id
)
SELECT e.customer_id, 'entered' AS dimension, to_char(e.applied_at AT TIME ZONE 'UTC', 'YYYY-MM') AS part, EXISTS (
        SELECT FROM tenure_moves(%(lifecycle)s, %(as_of)s) AS m
        JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
        WHERE m.customer_id = e.customer_id AND t.position > e.position
          AND t.category NOT IN ('risk', 'paused', 'churned')
          AND m.applied_at <= e.applied_at + interval '60 days'
    )::int AS value
FROM entered AS e
WHERE e.applied_at > %(as_of)s::timestamptz - interval '365 days'
  AND e.applied_at <= %(as_of)s::timestamptz - interval '60 days'
