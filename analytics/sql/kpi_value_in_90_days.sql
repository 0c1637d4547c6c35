-- Answers: Which accounts had first value within 90 days, of those whose onboarding began 90 days ago or earlier?
-- Note: Who churned since counts as well: the figure would rise with each account that left without.
SELECT a.customer_id, COALESCE(p.first_value_on <= LEAST(p.onboarding_started_on + 90, today.day), false)::int AS value
FROM tenure_opened(%(owners)s, %(as_of)s) AS a
JOIN customer_success_successprofile AS p ON p.account_id = a.customer_id
CROSS JOIN (SELECT (%(as_of)s::timestamptz AT TIME ZONE 'UTC')::date AS day) AS today
WHERE p.onboarding_started_on <= today.day - 90
