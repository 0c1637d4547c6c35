-- Answers: What is the lifetime value of each account that has not churned?
SELECT a.customer_id, k.lifetime_value AS value
FROM tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s) AS a
JOIN tenure_lifetime_values(%(as_of)s) AS k ON k.customer_id = a.customer_id
WHERE k.lifetime_value IS NOT NULL
