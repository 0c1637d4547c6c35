-- Answers: After how many days did each account have first value, of those whose onboarding began 30 days ago or earlier?
-- Note: Who still waits counts with the days so far: the median is then right as long as half of them have arrived.
-- Note: Who churned since counts as well: the figure would rise with each account that left without.
SELECT a.customer_id,
    CASE WHEN p.first_value_on <= today.day THEN p.first_value_on ELSE today.day END - p.onboarding_started_on AS value
FROM tenure_opened(%(owners)s, %(as_of)s) AS a
JOIN customer_success_successprofile AS p ON p.account_id = a.customer_id
CROSS JOIN (SELECT (%(as_of)s::timestamptz AT TIME ZONE 'UTC')::date AS day) AS today
WHERE p.onboarding_started_on <= today.day - 30
