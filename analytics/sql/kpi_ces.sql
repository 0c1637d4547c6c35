-- Answers: How easy is it for accounts that have not churned, by their latest answer, 1 to 7?
SELECT a.customer_id, p.ces_score AS value
FROM tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s) AS a
JOIN tenure_profiles(%(as_of)s) AS p ON p.account_id = a.customer_id
WHERE p.ces_score IS NOT NULL
