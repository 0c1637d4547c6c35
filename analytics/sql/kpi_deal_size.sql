-- Answers: What does the latest expansion of each account bring a year, of those that were won in 365 days?
SELECT DISTINCT ON (o.customer_id) o.customer_id, o.won_amount AS value
FROM customer_success_expansionopportunity AS o JOIN tenure_customers(%(owners)s) AS c ON c.id = o.customer_id
WHERE o.status = 'WON' AND o.won_amount IS NOT NULL
    AND o.ended_at > %(as_of)s::timestamptz - interval '365 days' AND o.ended_at <= %(as_of)s
ORDER BY o.customer_id, o.ended_at DESC, o.id DESC
