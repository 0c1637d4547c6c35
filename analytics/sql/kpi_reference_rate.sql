-- Answers: Which accounts have given a reference call, of those that have not churned?
SELECT a.customer_id, EXISTS (
    SELECT FROM customer_success_advocacyactivity AS v
    WHERE v.customer_id = a.customer_id AND v.type = 'REFERENCE_CALL' AND v.completed_at <= %(as_of)s
)::int AS value
FROM tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s) AS a
