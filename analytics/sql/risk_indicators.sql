-- Answers: Which risk indicators did customers show on their latest day with activity in the last 7 days?
-- Note: Of customers with a tag; at_risk: of these in a risk tag. looked_at: all who had such a day.
WITH latest AS (
    SELECT DISTINCT ON (d.customer_id) d.customer_id, d.risk_indicators
    FROM lifecycle_dailymetrics AS d
    WHERE d.metric_date > (%(as_of)s::timestamptz AT TIME ZONE 'UTC')::date - 7
      AND d.metric_date <= (%(as_of)s::timestamptz AT TIME ZONE 'UTC')::date
    ORDER BY d.customer_id, d.metric_date DESC
), seen AS MATERIALIZED (
    SELECT l.risk_indicators, t.category = 'risk' AS is_at_risk
    FROM latest AS l
    JOIN tenure_customers(%(owners)s) AS c ON c.id = l.customer_id
    JOIN tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s ON s.customer_id = l.customer_id
    JOIN lifecycle_statustag AS t ON t.id = s.tag_id
)
SELECT shown.part, count(*) AS n, count(*) FILTER (WHERE seen.is_at_risk) AS at_risk,
    (SELECT count(*) FROM seen) AS looked_at
FROM seen CROSS JOIN LATERAL unnest(seen.risk_indicators) AS shown (part)
GROUP BY shown.part
ORDER BY n DESC, shown.part
