-- Answers: What share of the features that it has does each account use, 90 days or longer after it began?
SELECT a.customer_id, 100.0 * p.features_used / p.features_available AS value
FROM tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s) AS a
JOIN tenure_profiles(%(as_of)s) AS p ON p.account_id = a.customer_id
WHERE p.features_used IS NOT NULL AND p.features_available > 0
    AND a.began_on <= (%(as_of)s::timestamptz AT TIME ZONE 'UTC')::date - 90
