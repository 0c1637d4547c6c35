-- Answers: How many customers are at risk, with an alert, or ready for more, and how much annual revenue have they?
-- Kept: each day
SELECT r.part, sum(a.annual_revenue) AS value, count(*) AS n
FROM tenure_risks(%(owners)s, %(as_of)s) AS r
LEFT JOIN customer_success_account AS a ON a.customer_id = r.customer_id
GROUP BY r.part
