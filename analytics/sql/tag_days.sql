-- Answers: How many customers were in each status tag at the end of each day?
-- Note: Counted back from now by the moves since, and who was not there yet; the last day, if it is not over, as of now.
-- What came after the last day, or after the instant of which it is asked, is of the day after it.
WITH span AS (
    SELECT (%(since)s::timestamptz AT TIME ZONE 'UTC')::date AS first,
        (LEAST(%(until)s::timestamptz - interval '1 day', %(as_of)s) AT TIME ZONE 'UTC')::date AS last
), now_in AS (
    SELECT s.tag_id, count(*) AS customers
    FROM lifecycle_customerstatus AS s LEFT JOIN tenure_customers(%(owners)s) AS c ON c.id = s.customer_id
    WHERE s.lifecycle_id = %(lifecycle)s AND s.tag_id IS NOT NULL AND (%(owners)s IS NULL OR c.id IS NOT NULL)
    GROUP BY s.tag_id
), moved AS (
    SELECT CASE WHEN m.applied_at > %(as_of)s THEN span.last + 1
        ELSE LEAST((m.applied_at AT TIME ZONE 'UTC')::date, span.last + 1) END AS day, m.to_tag_id, m.from_tag_id, count(*) AS n
    FROM span CROSS JOIN lifecycle_transition AS m
    LEFT JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
    WHERE m.lifecycle_id = %(lifecycle)s AND m.applied_at >= %(since)s AND (%(owners)s IS NULL OR c.id IS NOT NULL)
    GROUP BY 1, 2, 3
), begun AS (
    SELECT CASE WHEN b.at > %(as_of)s THEN span.last + 1
        ELSE LEAST((b.at AT TIME ZONE 'UTC')::date, span.last + 1) END AS day, b.tag_id, count(*) AS n
    FROM span CROSS JOIN tenure_begun(%(owners)s, %(lifecycle)s, %(since)s) AS b
    GROUP BY 1, 2
), changes AS (
    SELECT day, tag_id, sum(n) AS customers
    FROM (
        SELECT m.day, x.tag_id, x.n
        FROM moved AS m CROSS JOIN LATERAL (VALUES (m.to_tag_id, m.n), (m.from_tag_id, -m.n)) AS x (tag_id, n)
        UNION ALL SELECT * FROM begun
    ) AS x
    GROUP BY 1, 2
), counted AS (
    SELECT day.day, t.id AS tag_id, t.code, t.position, COALESCE(n.customers, 0) - COALESCE(sum(x.customers) OVER (
        PARTITION BY t.id ORDER BY day.day DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS n
    FROM span
    CROSS JOIN LATERAL (SELECT span.first + d AS day FROM generate_series(0, span.last - span.first + 1) AS d) AS day
    CROSS JOIN lifecycle_statustag AS t
    LEFT JOIN now_in AS n ON n.tag_id = t.id
    LEFT JOIN changes AS x ON x.tag_id = t.id AND x.day = day.day
    WHERE t.lifecycle_id = %(lifecycle)s
)
SELECT counted.day, counted.code AS part, counted.n::bigint AS n
FROM counted CROSS JOIN span
WHERE counted.day <= span.last
ORDER BY counted.day, counted.position, counted.tag_id
