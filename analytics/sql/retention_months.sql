-- Answers: How many customers of each cohort were active (classic), or active then or later (rolling), 0, 1, 2 … months after the month in which they were active first?
WITH active AS (
    SELECT DISTINCT a.customer_id, a.month FROM (
        SELECT o.customer_id, tenure_calendar_month(o.ordered_at) AS month
        FROM lifecycle_order AS o LEFT JOIN tenure_customers(%(owners)s) AS c ON c.id = o.customer_id
        WHERE %(basis)s = 'orders' AND o.ordered_at <= %(as_of)s AND (%(owners)s IS NULL OR c.id IS NOT NULL)
        UNION ALL
        SELECT d.customer_id, tenure_calendar_month(d.metric_date::timestamp AT TIME ZONE 'UTC')
        FROM lifecycle_dailymetrics AS d LEFT JOIN tenure_customers(%(owners)s) AS c ON c.id = d.customer_id
        WHERE %(basis)s = 'activity' AND d.activities > 0 AND (%(owners)s IS NULL OR c.id IS NOT NULL)
            AND d.metric_date <= (%(as_of)s::timestamptz AT TIME ZONE 'UTC')::date
    ) AS a
), members AS MATERIALIZED (
    SELECT e.customer_id, e.cohort
    FROM tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s
    JOIN tenure_enrolled(NULL, %(as_of)s, %(by)s, %(trait)s, %(shown)s) AS e ON e.customer_id = s.customer_id
), starts AS MATERIALIZED (
    SELECT m.customer_id, CASE WHEN %(by)s = 'month' THEN min(a.month) ELSE m.cohort END AS cohort,
        min(a.month) AS first, max(a.month) AS last, array_agg(a.month) AS months
    FROM members AS m JOIN active AS a ON a.customer_id = m.customer_id GROUP BY m.customer_id, m.cohort
), counted AS (
    SELECT cohort, first, 0 AS since, NULL::int AS until, count(*) AS customers, 0 AS classic, 0 AS rolling
    FROM starts GROUP BY 1, 2
    UNION ALL
    SELECT cohort, first, month - first, month - first, 0, count(*), 0
    FROM starts CROSS JOIN LATERAL unnest(months) AS month GROUP BY 1, 2, 3
    UNION ALL
    SELECT cohort, first, 0, last - first, 0, 0, count(*) FROM starts GROUP BY 1, 2, 4
)
SELECT cohort, period, sum(customers)::bigint AS customers, sum(classic)::bigint AS classic, sum(rolling)::bigint AS rolling
FROM counted JOIN generate_series(0, %(months)s) AS period ON period >= since AND (until IS NULL OR period <= until)
WHERE first + period < tenure_calendar_month(%(as_of)s::timestamptz + interval '1 microsecond')
GROUP BY 1, 2
ORDER BY 1, 2
