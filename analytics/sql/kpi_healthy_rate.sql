-- Answers: Which accounts are in good or excellent health, of those scored that have not churned?
SELECT a.customer_id, (h.level IN ('GOOD', 'EXCELLENT'))::int AS value
FROM tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s) AS a
JOIN tenure_health(%(owners)s, %(as_of)s) AS h ON h.customer_id = a.customer_id
