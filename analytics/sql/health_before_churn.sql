-- Answers: In which health level did the accounts stand, 30 days before they churned, that churned in the last 90 days?
-- Kept: each day
WITH churned AS (
    SELECT DISTINCT ON (t.customer_id) t.customer_id, (t.applied_at AT TIME ZONE 'UTC')::date AS gone_on
    FROM tenure_moves(%(account)s, %(as_of)s) AS t
    JOIN lifecycle_statustag AS tag ON tag.id = t.to_tag_id AND tag.category = 'churned'
    JOIN tenure_customers(%(owners)s) AS c ON c.id = t.customer_id
    WHERE t.applied_at > %(as_of)s::timestamptz - interval '90 days'
    ORDER BY t.customer_id, t.applied_at DESC, t.id DESC
)
SELECT COALESCE(before.level, 'UNKNOWN') AS part, count(*) AS value, count(*) AS n
FROM churned LEFT JOIN LATERAL (
    SELECT s.level FROM customer_success_healthscore AS s
    WHERE s.customer_id = churned.customer_id AND s.day <= churned.gone_on - 30 ORDER BY s.day DESC LIMIT 1
) AS before ON true
GROUP BY 1
