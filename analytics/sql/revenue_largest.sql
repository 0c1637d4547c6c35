-- Answers: Which customers bring the most revenue, and what share of all of it?
SELECT c.id AS customer_id, tenure_name(c) AS name, r.amount, r.total, r.customers
FROM (
    SELECT one.*, sum(one.amount) OVER () AS total, count(*) OVER () AS customers
    FROM tenure_revenue(%(basis)s, %(unit)s, %(owners)s, %(since)s, %(until)s) AS one
) AS r
JOIN tenure_customers(%(owners)s) AS c ON c.id = r.customer_id
ORDER BY r.amount DESC, c.id
LIMIT %(most)s
