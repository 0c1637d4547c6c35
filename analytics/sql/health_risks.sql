-- Answers: How many customers are at risk, with an alert, or ready for more, and how much annual revenue have they?
-- Kept: each day
WITH counted AS (
    SELECT r.level, r.trend, r.has_alert, r.has_opportunity, sum(a.annual_revenue) AS revenue, count(*) AS n
    FROM tenure_risks(%(owners)s, %(account)s, %(as_of)s) AS r
    LEFT JOIN customer_success_account AS a ON a.customer_id = r.customer_id
    GROUP BY 1, 2, 3, 4
)
SELECT l.part, sum(c.revenue) AS value, sum(c.n)::bigint AS n
FROM counted AS c JOIN unnest(ARRAY['all', 'POOR', 'FAIR', 'GOOD', 'EXCELLENT', 'at_risk', 'churn_risk', 'declining',
    'to_look_at', 'alerts', 'expansion']) AS l(part)
    ON tenure_is_listed(l.part, c.level, c.trend, c.has_alert, c.has_opportunity)
GROUP BY l.part
