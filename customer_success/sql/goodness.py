"""What the proof of a health score asks of the database: scores as they were written then, and who churned after."""

# Each entry into a churned tag of the lifecycle from one that is not, and each way out of it.
_CHURN = """
moves AS (
    SELECT t.customer_id, t.applied_at, t.id, COALESCE(tag.category = 'churned', false) AS is_churn,
        COALESCE(before.category = 'churned', false) AS was_churn
    FROM lifecycle_transition AS t LEFT JOIN lifecycle_statustag AS tag ON tag.id = t.to_tag_id
    LEFT JOIN lifecycle_statustag AS before ON before.id = t.from_tag_id
    WHERE t.lifecycle_id = %(lifecycle)s AND t.applied_at < %(as_of)s
), churned_spans AS (
    SELECT customer_id, applied_at AS entered_at,
        lead(applied_at, 1, 'infinity') OVER (PARTITION BY customer_id ORDER BY applied_at, id) AS left_at, is_churn
    FROM moves WHERE is_churn <> was_churn
), churns AS (
    SELECT customer_id, entered_at, left_at FROM churned_spans WHERE is_churn
)"""

# A score holds from its day until the next one is written.
_SCORES = """
scores AS (
    SELECT customer_id, day, score, level, version_id,
        lead(day, 1, 'infinity') OVER (PARTITION BY customer_id ORDER BY day) AS until
    FROM customer_success_healthscore WHERE day <= %(last)s
)"""

FIRST_DAY = "SELECT min(day) FROM customer_success_healthscore WHERE version_id = ANY(%(versions)s)"

# On each landmark, at the end of the day: everybody with a score of these versions who has not churned, and whether
# they churned within the horizon. Counted by score.
CASES = f"""
WITH {_CHURN}, {_SCORES}, landmarks AS (
    SELECT day, ((day + 1)::timestamp AT TIME ZONE 'UTC') AS at FROM unnest(%(landmarks)s::date[]) AS day
), looked_at AS (
    SELECT s.customer_id, s.score, EXISTS (
        SELECT FROM churns AS c WHERE c.customer_id = s.customer_id AND c.entered_at >= l.at
            AND c.entered_at < l.at + make_interval(days => %(horizon)s)) AS churned
    FROM landmarks AS l JOIN scores AS s ON l.day >= s.day AND l.day < s.until
    WHERE s.version_id = ANY(%(versions)s) AND NOT EXISTS (
        SELECT FROM churns AS c WHERE c.customer_id = s.customer_id AND c.entered_at < l.at AND c.left_at >= l.at)
)
SELECT score, count(*) FILTER (WHERE churned), count(*) FILTER (WHERE NOT churned) FROM looked_at GROUP BY score
"""

# Of everybody who churned since these versions score, the level some days before; NULL where there was no score.
BEFORE = f"""
WITH {_CHURN}, {_SCORES}
SELECT d.days, s.level, count(*)
FROM churns AS c CROSS JOIN unnest(%(days)s::int[]) AS d(days)
LEFT JOIN scores AS s ON s.customer_id = c.customer_id AND s.version_id = ANY(%(versions)s)
    AND (c.entered_at AT TIME ZONE 'UTC')::date - d.days >= s.day
    AND (c.entered_at AT TIME ZONE 'UTC')::date - d.days < s.until
WHERE (c.entered_at AT TIME ZONE 'UTC')::date - d.days >= %(first)s
GROUP BY 1, 2
"""
