-- Answers: Which accounts have a documented return above zero, of those that have not churned?
SELECT a.customer_id, COALESCE(p.roi > 0, false)::int AS value
FROM tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s) AS a
LEFT JOIN tenure_profiles(%(as_of)s) AS p ON p.account_id = a.customer_id
