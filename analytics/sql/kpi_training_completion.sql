-- Answers: What share of its planned training has each account done, of those that have not churned?
SELECT a.customer_id, p.training_completion AS value
FROM tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s) AS a
JOIN tenure_profiles(%(as_of)s) AS p ON p.account_id = a.customer_id
WHERE p.training_completion IS NOT NULL
