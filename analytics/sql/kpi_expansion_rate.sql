-- Answers: Which accounts expanded in their first year, of those that began one to two years ago?
-- Note: Who churned since counts as well: the figure would rise with each account that left without.
SELECT a.customer_id, EXISTS (
    SELECT FROM customer_success_expansionopportunity AS o
    WHERE o.customer_id = a.customer_id AND o.status = 'WON' AND o.ended_at <= %(as_of)s
        AND (o.ended_at AT TIME ZONE 'UTC')::date <= a.began_on + 365
)::int AS value
FROM tenure_opened(%(owners)s, %(as_of)s) AS a
CROSS JOIN (SELECT (%(as_of)s::timestamptz AT TIME ZONE 'UTC')::date AS day) AS today
WHERE a.began_on <= today.day - 365 AND a.began_on > today.day - 730
