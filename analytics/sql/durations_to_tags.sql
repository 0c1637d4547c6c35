-- Answers: How many days after enrollment did the customers of each cohort first move into some status tags, or have they been followed without?
-- Note: The curves are the Kaplan-Meier estimate with 95 % intervals; who has not come there counts as long as it was
-- Note: watched. Whether cohorts differ says the log-rank test, corrected for the number of cohorts.
SELECT e.cohort, count(*) AS customers, r.reached_at IS NOT NULL AS is_reached, GREATEST(
    (COALESCE(r.reached_at, %(as_of)s::timestamptz) AT TIME ZONE 'UTC')::date - (e.enrolled_at AT TIME ZONE 'UTC')::date, 0
) AS days
FROM tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s
JOIN tenure_enrolled(NULL, %(as_of)s, %(by)s, %(trait)s, %(shown)s) AS e ON e.customer_id = s.customer_id
LEFT JOIN tenure_reached(%(owners)s, %(lifecycle)s, %(tags)s, %(as_of)s) AS r ON r.customer_id = e.customer_id
GROUP BY e.cohort, is_reached, days
ORDER BY 1, 4, 3
