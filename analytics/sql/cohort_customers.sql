-- Answers: Which customers are in some cohorts, in which status tag are they, and how many days after enrollment did they first move into some tags?
-- Note: ``n`` is how many there are, also where not all are listed; ``there`` are in one of the tags, ``reached`` ever
-- Note: moved into one. Who never did has the days until now.
WITH found AS MATERIALIZED (
    SELECT e.customer_id, e.cohort, e.enrolled_at, s.tag_id, r.reached_at
    FROM tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s
    JOIN tenure_enrolled(NULL, %(as_of)s, %(by)s, %(trait)s, %(shown)s) AS e ON e.customer_id = s.customer_id
    LEFT JOIN tenure_reached(%(owners)s, %(lifecycle)s, %(tags)s, %(as_of)s) AS r ON r.customer_id = e.customer_id
    WHERE e.cohort = ANY(%(cohorts)s) AND CASE %(only)s
        WHEN 'there' THEN s.tag_id = ANY(%(tags)s)
        WHEN 'reached' THEN r.reached_at IS NOT NULL
        WHEN 'not_reached' THEN r.reached_at IS NULL
        ELSE TRUE END
)
SELECT c.id AS customer_id, tenure_name(c) AS name, s.cohort, s.enrolled_at, s.tag_id, s.reached_at, GREATEST(
    (COALESCE(s.reached_at, %(as_of)s::timestamptz) AT TIME ZONE 'UTC')::date - (s.enrolled_at AT TIME ZONE 'UTC')::date, 0
) AS days, u.username AS owner, a.n, a.there, a.reached
FROM (SELECT * FROM found ORDER BY enrolled_at DESC, customer_id LIMIT %(most)s) AS s
CROSS JOIN (
    SELECT count(*) AS n, count(*) FILTER (WHERE tag_id = ANY(%(tags)s)) AS there, count(reached_at) AS reached FROM found
) AS a
JOIN lifecycle_customer AS c ON c.id = s.customer_id
LEFT JOIN auth_user AS u ON u.id = c.owner_id
ORDER BY s.enrolled_at DESC, c.id
