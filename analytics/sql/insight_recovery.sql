-- Answers: Which customers came out of risk, by whether a campaign took them up in the first 7 days?
-- Of each customer the latest entry into a tag of risk in the last year that is 37 days old. Counted are those that were
-- still at risk after 7 days (a landmark, so that nobody had less time to recover); recovered: in the 30 days after it.
WITH at_risk AS (
    SELECT DISTINCT ON (m.customer_id) m.customer_id, m.id, m.applied_at, m.applied_at + interval '7 days' AS landmark
    FROM tenure_moves(%(lifecycle)s, %(as_of)s) AS m
    JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id AND t.category = 'risk'
    LEFT JOIN lifecycle_statustag AS f ON f.id = m.from_tag_id
    JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
    WHERE f.category IS DISTINCT FROM 'risk'
      AND m.applied_at > %(as_of)s::timestamptz - interval '365 days'
      AND m.applied_at <= %(as_of)s::timestamptz - interval '37 days'
    ORDER BY m.customer_id, m.applied_at DESC, m.id DESC
), told AS (
    SELECT r.customer_id, r.applied_at, r.landmark,
        bool_or(m.applied_at <= r.landmark AND t.category IS DISTINCT FROM 'risk') AS has_left,
        bool_or(m.applied_at > r.landmark AND t.category NOT IN ('risk', 'churned', 'paused')) AS has_recovered
    FROM at_risk AS r
    LEFT JOIN tenure_moves(%(lifecycle)s, %(as_of)s) AS m ON m.customer_id = r.customer_id
        AND (m.applied_at, m.id) > (r.applied_at, r.id) AND m.applied_at <= r.landmark + interval '30 days'
    LEFT JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
    GROUP BY 1, 2, 3
)
SELECT r.customer_id, 'campaign' AS dimension, CASE WHEN EXISTS (
        SELECT FROM campaigns_enrollment AS e
        WHERE e.customer_id = r.customer_id AND e.entered_at >= r.applied_at AND e.entered_at <= r.landmark
          AND e.end_reason <> 'holdout'
    ) THEN 'enrolled' ELSE 'without' END AS part, COALESCE(r.has_recovered, false)::int AS value
FROM told AS r
WHERE r.has_left IS NOT TRUE
