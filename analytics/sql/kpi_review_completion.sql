-- Answers: How many reviews were held with each customer, of those due in the last 90 days?
-- Note: Customer success, metrics, "business review completion". A cancelled review was not due.
SELECT c.id AS customer_id, count(*) FILTER (WHERE b.held_at <= %(as_of)s) AS value, count(*) AS whole
FROM customer_success_businessreview AS b
JOIN tenure_customers(%(owners)s) AS c ON c.id = b.customer_id
WHERE b.status <> 'CANCELLED' AND b.scheduled_for <= %(as_of)s
    AND b.scheduled_for > %(as_of)s::timestamptz - interval '90 days'
GROUP BY c.id
