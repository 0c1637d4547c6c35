-- Answers: How many tasks of success managers were made, done and dropped on each day (UTC)?
WITH mine AS (
    SELECT * FROM customer_success_task
    WHERE owner_id IS NOT NULL AND (%(owners)s::bigint[] IS NULL OR owner_id = ANY(%(owners)s))
), told AS (
    SELECT created_at AS at, 'made' AS what FROM mine
    UNION ALL
    SELECT closed_at, lower(state) FROM mine
)
SELECT (at AT TIME ZONE 'UTC')::date AS day, count(*) FILTER (WHERE what = 'made') AS made,
    count(*) FILTER (WHERE what = 'done') AS done, count(*) FILTER (WHERE what = 'dropped') AS dropped
FROM told
WHERE at >= %(since)s AND at < %(until)s AND at <= %(as_of)s
GROUP BY 1
ORDER BY 1
