-- Answers: How satisfied are accounts that have not churned, by their latest rating, 1 to 5?
SELECT a.customer_id, p.csat_score AS value
FROM tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s) AS a
JOIN tenure_profiles(%(as_of)s) AS p ON p.account_id = a.customer_id
WHERE p.csat_score IS NOT NULL
