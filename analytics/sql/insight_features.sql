-- Answers: Which customers moved forward, by whether they used a feature in the first 14 days of a lifecycle?
-- Note: Of those that entered in the last year and had not moved forward after 14 days (a landmark, so that nobody had less
-- Note: time to use one); counted are moves forward in the 60 days after it, as insight_progress counts them.
WITH entered AS (
    SELECT DISTINCT ON (m.customer_id) m.customer_id, m.applied_at, m.applied_at + interval '14 days' AS landmark, t.position
    FROM tenure_moves(%(lifecycle)s, %(as_of)s) AS m
    JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
    JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
    ORDER BY m.customer_id, m.applied_at, m.id
), told AS (
    SELECT e.customer_id, e.applied_at, e.landmark, min(m.applied_at) AS moved_at
    FROM entered AS e
    LEFT JOIN (
        SELECT m.customer_id, m.applied_at, t.position
        FROM tenure_moves(%(lifecycle)s, %(as_of)s) AS m
        JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id AND t.category NOT IN ('risk', 'paused', 'churned')
    ) AS m ON m.customer_id = e.customer_id AND m.position > e.position
    WHERE e.applied_at > %(as_of)s::timestamptz - interval '365 days'
      AND e.applied_at <= %(as_of)s::timestamptz - interval '74 days'
    GROUP BY 1, 2, 3
)
SELECT e.customer_id, 'features' AS dimension, CASE WHEN EXISTS (
        SELECT FROM lifecycle_dailymetrics AS d
        WHERE d.customer_id = e.customer_id AND d.features_used > 0
          AND d.metric_date >= (e.applied_at AT TIME ZONE 'UTC')::date
          AND d.metric_date < (e.landmark AT TIME ZONE 'UTC')::date
    ) THEN 'used' ELSE 'without' END AS part,
    COALESCE(e.moved_at <= e.landmark + interval '60 days', false)::int AS value
FROM told AS e
WHERE e.moved_at IS NULL OR e.moved_at > e.landmark
