-- Answers: How many case studies were completed with each customer?
SELECT c.id AS customer_id, count(*) AS value
FROM customer_success_advocacyactivity AS v
JOIN tenure_customers(%(owners)s) AS c ON c.id = v.customer_id
WHERE v.type = 'CASE_STUDY' AND v.completed_at <= %(as_of)s
GROUP BY c.id
