"""What dashboards ask, written by hand: the floors of their statements."""

from __future__ import annotations

MONTH = "(date_part('year', {0} AT TIME ZONE 'UTC') * 12 + date_part('month', {0} AT TIME ZONE 'UTC'))::int - 1"
LAST = MONTH.format("(%(as_of)s::timestamptz + interval '1 microsecond')")
MEMBERS = f"""
members AS MATERIALIZED (
    SELECT s.customer_id, s.tag_id, f.first_event_at, {MONTH.format("f.first_event_at")} AS month
    FROM lifecycle_customerstatus AS s JOIN lifecycle_customerfacts AS f USING (customer_id)
    WHERE s.lifecycle_id = %(lifecycle)s AND s.tag_id IS NOT NULL AND s.entered_at <= %(as_of)s AND f.first_event_at <= %(as_of)s
)"""
PROGRESS = f"""
WITH {MEMBERS}, moves AS (
    SELECT m.month, GREATEST({MONTH.format("t.applied_at")} - m.month, 0) AS before, t.from_tag_id, t.to_tag_id, count(*) AS n
    FROM members AS m JOIN lifecycle_transition AS t USING (customer_id)
    WHERE t.lifecycle_id = %(lifecycle)s AND t.applied_at <= %(as_of)s GROUP BY 1, 2, 3, 4
), changes AS (
    SELECT month, NULL::int AS before, tag_id, count(*) AS n FROM members GROUP BY 1, 3
    UNION ALL SELECT month, before, from_tag_id, n FROM moves
    UNION ALL SELECT month, before, to_tag_id, -n FROM moves
)
SELECT month, period, tag_id, sum(n)::bigint FROM changes JOIN generate_series(0, %(months)s) AS period ON before IS NULL OR before > period
WHERE month + period < {LAST} GROUP BY 1, 2, 3
UNION ALL SELECT month, NULL, tag_id, n FROM changes WHERE before IS NULL
"""
RETENTION = f"""
WITH {MEMBERS}, active AS MATERIALIZED (
    SELECT DISTINCT customer_id, {MONTH.format("ordered_at")} AS month FROM lifecycle_order WHERE ordered_at <= %(as_of)s
), starts AS MATERIALIZED (
    SELECT customer_id, min(a.month) AS first, max(a.month) AS last FROM active AS a JOIN members USING (customer_id) GROUP BY 1
), counted AS (
    SELECT s.first, a.month - s.first AS since, a.month - s.first AS until, count(*) AS n
    FROM starts AS s JOIN active AS a USING (customer_id) GROUP BY 1, 2
    UNION ALL SELECT first, 0, last - first, count(*) FROM starts GROUP BY 1, 3
)
SELECT first, period, sum(n)::bigint FROM counted JOIN generate_series(0, %(months)s) AS period ON period BETWEEN since AND until
WHERE first + period < {LAST} GROUP BY 1, 2
"""
DURATIONS = f"""
WITH {MEMBERS}
SELECT month, days, is_reached, count(*) * days FROM (
    SELECT m.month, r.at IS NOT NULL AS is_reached,
        (COALESCE(r.at, %(as_of)s::timestamptz) AT TIME ZONE 'UTC')::date - (m.first_event_at AT TIME ZONE 'UTC')::date AS days
    FROM members AS m LEFT JOIN (
        SELECT customer_id, min(applied_at) AS at FROM lifecycle_transition
        WHERE lifecycle_id = %(lifecycle)s AND to_tag_id = %(tag)s AND applied_at <= %(as_of)s GROUP BY 1
    ) AS r USING (customer_id)
) AS each GROUP BY 1, 2, 3
"""

# The last column of each is what the two sides have to agree on.
BY_HAND = {
    "tag_days": """
WITH span AS (SELECT (%(since)s::timestamptz)::date AS first, (LEAST(%(until)s::timestamptz - interval '1 day', %(as_of)s))::date AS last),
now_in AS (
    SELECT tag_id, count(*) AS n FROM lifecycle_customerstatus
    WHERE lifecycle_id = %(lifecycle)s AND tag_id IS NOT NULL AND (entered_at IS NULL OR entered_at <= %(as_of)s) GROUP BY 1
), changes AS MATERIALIZED (
    SELECT LEAST(applied_at::date, span.last + 1) AS day, to_tag_id, from_tag_id, count(*) AS n
    FROM span CROSS JOIN lifecycle_transition
    WHERE lifecycle_id = %(lifecycle)s AND applied_at >= %(since)s AND applied_at <= %(as_of)s GROUP BY 1, 2, 3
), begun AS MATERIALIZED (
    SELECT LEAST(b.at::date, span.last + 1) AS day, b.tag_id, count(*) AS n
    FROM span CROSS JOIN (
        SELECT LEAST(c.created_at, f.first_event_at, m.applied_at) AS at,
            CASE WHEN m.applied_at IS NULL THEN s.tag_id ELSE m.from_tag_id END AS tag_id
        FROM lifecycle_customer AS c JOIN lifecycle_customerstatus AS s ON s.customer_id = c.id
        LEFT JOIN lifecycle_customerfacts AS f ON f.customer_id = c.id
        LEFT JOIN LATERAL (
            SELECT from_tag_id, applied_at FROM lifecycle_transition AS t
            WHERE t.customer_id = c.id AND t.lifecycle_id = %(lifecycle)s ORDER BY applied_at, id LIMIT 1
        ) AS m ON true
        WHERE s.lifecycle_id = %(lifecycle)s AND c.created_at >= %(since)s
            AND (f.first_event_at IS NULL OR f.first_event_at >= %(since)s)
    ) AS b WHERE b.tag_id IS NOT NULL AND b.at >= %(since)s AND b.at <= %(as_of)s GROUP BY 1, 2
)
SELECT day, t.id, COALESCE(n.n, 0) - COALESCE((SELECT sum(CASE t.id WHEN to_tag_id THEN n ELSE -n END) FROM changes AS c
    WHERE c.day > d.day AND (to_tag_id = t.id) <> (from_tag_id IS NOT DISTINCT FROM t.id)), 0)
    - COALESCE((SELECT sum(n) FROM begun AS b WHERE b.day > d.day AND b.tag_id = t.id), 0)
FROM span CROSS JOIN LATERAL (SELECT span.first + g AS day FROM generate_series(0, span.last - span.first) AS g) AS d
CROSS JOIN lifecycle_statustag AS t LEFT JOIN now_in AS n ON n.tag_id = t.id WHERE t.lifecycle_id = %(lifecycle)s
""",
    "moves_flow": """
SELECT from_tag_id, to_tag_id, count(*) FILTER (WHERE rule_id IS NOT NULL AND by_id IS NULL), count(*)
FROM lifecycle_transition
WHERE lifecycle_id = %(lifecycle)s AND applied_at >= %(since)s AND applied_at < %(until)s AND applied_at <= %(as_of)s
GROUP BY 1, 2
""",
    "automation_rules": """
WITH put_back AS (
    SELECT was.id
    FROM lifecycle_transition AS back JOIN lifecycle_transition AS was ON was.customer_id = back.customer_id
        AND was.from_tag_id = back.to_tag_id AND was.to_tag_id = back.from_tag_id
        AND was.id < back.id AND was.applied_at >= back.applied_at - interval '14 days'
    WHERE back.lifecycle_id = %(lifecycle)s AND back.applied_at >= %(since)s AND back.applied_at <= %(as_of)s
        AND back.by_id IS NOT NULL AND back.rule_id IS NULL
        AND was.lifecycle_id = %(lifecycle)s AND was.rule_id IS NOT NULL AND was.applied_at >= %(since)s - interval '14 days'
        AND NOT EXISTS (
            SELECT FROM lifecycle_transition AS t WHERE t.customer_id = back.customer_id AND t.lifecycle_id = %(lifecycle)s
                AND t.id > was.id AND t.id < back.id)
), moved AS (
    SELECT rule_id, count(*) FILTER (WHERE by_id IS NULL), count(*) FILTER (WHERE id IN (SELECT id FROM put_back)), count(*) AS n
    FROM lifecycle_transition
    WHERE lifecycle_id = %(lifecycle)s AND applied_at >= %(since)s AND applied_at < %(until)s AND applied_at <= %(as_of)s
        AND rule_id IS NOT NULL GROUP BY GROUPING SETS ((rule_id), ())
), reviewed AS (
    SELECT rule_id, count(*) FILTER (WHERE state = 'approved'), count(*),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - created_at))
    FROM lifecycle_recommendation WHERE lifecycle_id = %(lifecycle)s AND state IN ('approved', 'rejected')
        AND decided_at >= %(since)s AND decided_at < %(until)s AND decided_at <= %(as_of)s
    GROUP BY GROUPING SETS ((rule_id), ())
)
SELECT r.*, m.* FROM moved AS m LEFT JOIN reviewed AS r ON r.rule_id IS NOT DISTINCT FROM m.rule_id
""",
}
