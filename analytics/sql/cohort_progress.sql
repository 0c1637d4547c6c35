-- Answers: How many customers of each cohort were in each status tag at the end of the month in which they enrolled, 1, 2, 3 … months later, and now?
WITH members AS MATERIALIZED (
    SELECT e.customer_id, e.cohort, tenure_calendar_month(e.enrolled_at) AS month, s.tag_id
    FROM tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s
    JOIN tenure_enrolled(NULL, %(as_of)s, %(by)s, %(trait)s, %(shown)s) AS e ON e.customer_id = s.customer_id
), moves AS (
    SELECT m.cohort, m.month, GREATEST(tenure_calendar_month(t.applied_at) - m.month, 0) AS before,
        t.from_tag_id, t.to_tag_id, count(*) AS n
    FROM members AS m
    JOIN lifecycle_transition AS t ON t.customer_id = m.customer_id
    WHERE t.lifecycle_id = %(lifecycle)s AND t.applied_at <= %(as_of)s
    GROUP BY 1, 2, 3, 4, 5
), changes AS (
    -- Back from now: who moved after the end of a month was then where the move began, and not where it led.
    SELECT cohort, month, NULL::int AS before, tag_id, count(*) AS n FROM members GROUP BY 1, 2, 4
    UNION ALL SELECT cohort, month, before, from_tag_id, n FROM moves
    UNION ALL SELECT cohort, month, before, to_tag_id, -n FROM moves
)
SELECT cohort, period, tag_id, sum(n)::bigint AS customers
FROM changes JOIN generate_series(0, %(months)s) AS period ON before IS NULL OR before > period
    -- A month counts when it is over, and it is at its last instant.
WHERE month + period < tenure_calendar_month(%(as_of)s::timestamptz + interval '1 microsecond')
GROUP BY 1, 2, 3 HAVING sum(n) > 0
UNION ALL
SELECT cohort, NULL, tag_id, sum(n)::bigint FROM changes WHERE before IS NULL GROUP BY 1, 3
ORDER BY 1, 2, 3
