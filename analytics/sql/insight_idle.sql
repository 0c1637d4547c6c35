-- Answers: Which customers churned in the last 90 days, by whether they did anything in the 30 days before these?
SELECT c.customer_id, 'activity' AS dimension, CASE WHEN EXISTS (
        SELECT FROM lifecycle_dailymetrics AS d
        WHERE d.customer_id = c.customer_id
          AND d.metric_date > (%(as_of)s::timestamptz AT TIME ZONE 'UTC')::date - 120
          AND d.metric_date <= (%(as_of)s::timestamptz AT TIME ZONE 'UTC')::date - 90
    ) THEN 'not idle' ELSE 'idle' END AS part, c.has_churned AS value
FROM tenure_churned(%(owners)s, %(lifecycle)s, %(as_of)s::timestamptz - interval '90 days', %(as_of)s) AS c
