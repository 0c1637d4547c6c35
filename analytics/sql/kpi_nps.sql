-- Answers: What did accounts that have not churned answer last to “How likely are you to recommend us?”, 0 to 10?
SELECT a.customer_id, p.nps_score AS value
FROM tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s) AS a
JOIN tenure_profiles(%(as_of)s) AS p ON p.account_id = a.customer_id
WHERE p.nps_score IS NOT NULL
