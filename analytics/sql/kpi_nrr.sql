-- Answers: What does each account pay a year now, of what it paid a year ago?
-- Note: NRR = revenue now of those who were customers a year ago / their revenue then. Who churned pays nothing.
SELECT a.customer_id, CASE WHEN still.customer_id IS NULL THEN 0 ELSE COALESCE(now.annual_revenue, 0) END AS value,
    past.annual_revenue AS whole
FROM tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s::timestamptz - interval '365 days') AS a
JOIN tenure_contracts(%(as_of)s::timestamptz - interval '365 days') AS past ON past.customer_id = a.customer_id
LEFT JOIN tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s) AS still ON still.customer_id = a.customer_id
LEFT JOIN tenure_contracts(%(as_of)s) AS now ON now.customer_id = a.customer_id
WHERE past.annual_revenue > 0
