-- Answers: How many opportunities to expand did each account win, of those that were won or lost in 365 days?
SELECT o.customer_id, count(*) FILTER (WHERE o.status = 'WON') AS value, count(*) AS whole
FROM customer_success_expansionopportunity AS o JOIN tenure_customers(%(owners)s) AS c ON c.id = o.customer_id
WHERE o.status IN ('WON', 'LOST') AND o.ended_at > %(as_of)s::timestamptz - interval '365 days' AND o.ended_at <= %(as_of)s
GROUP BY o.customer_id
