-- Answers: How many licensed users of each account are active, of how many?
SELECT a.customer_id, p.active_users AS value, p.licensed_users AS whole
FROM tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s) AS a
JOIN tenure_profiles(%(as_of)s) AS p ON p.account_id = a.customer_id
WHERE p.active_users IS NOT NULL AND p.licensed_users > 0
