"""What the proof of a health score asks of the database: scores as they were written then, and who churned after."""

# Each entry into a churned tag of the lifecycle from one that is not, and the way out of it, by days: whoever goes and
# comes back within a day was there at its end.
_CHURN = """
moves AS (
    SELECT t.customer_id, t.applied_at, t.id, COALESCE(tag.category = 'churned', false) AS is_churn,
        COALESCE(before.category = 'churned', false) AS was_churn
    FROM lifecycle_transition AS t LEFT JOIN lifecycle_statustag AS tag ON tag.id = t.to_tag_id
    LEFT JOIN lifecycle_statustag AS before ON before.id = t.from_tag_id
    WHERE t.lifecycle_id = %(lifecycle)s AND t.applied_at < %(as_of)s
), churned_spans AS (
    SELECT customer_id, (applied_at AT TIME ZONE 'UTC')::date AS gone_on, is_churn,
        lead((applied_at AT TIME ZONE 'UTC')::date, 1, 'infinity')
            OVER (PARTITION BY customer_id ORDER BY applied_at, id) AS back_on
    FROM moves WHERE is_churn <> was_churn
), churns AS (
    SELECT customer_id, gone_on, back_on FROM churned_spans WHERE is_churn
)"""

# A score holds from its day until the next one is written.
_SCORES = """
scores AS (
    SELECT customer_id, day, score, level, version_id,
        lead(day, 1, 'infinity') OVER (PARTITION BY customer_id ORDER BY day) AS until
    FROM customer_success_healthscore WHERE day <= %(last)s
)"""

FIRST_DAY = "SELECT min(day) FROM customer_success_healthscore WHERE version_id = ANY(%(versions)s)"


def _landmarks_before(day: str) -> str:
    return f"width_bucket({day} - 1, %(landmarks)s::date[])"


# On each landmark, at the end of the day: everybody with a score of these versions who has not churned, and whether
# they churn within the horizon. Counted by score. Days become numbers of landmarks, so that nothing is done for each:
# of those in the span of a score, those while the customer is gone do not count, and it churns after those since
# ``doomed``.
CASES = f"""
WITH {_CHURN}, {_SCORES}, looked_at AS (
    SELECT customer_id, score, {_landmarks_before("day")} AS since, {_landmarks_before("until")} AS until
    FROM scores WHERE version_id = ANY(%(versions)s)
), churned AS (
    SELECT customer_id, {_landmarks_before("gone_on")} AS gone, {_landmarks_before("back_on")} AS back,
        {_landmarks_before("GREATEST(gone_on - %(horizon)s::int, was_back_on)")} AS doomed
    FROM (SELECT *, lag(back_on) OVER (PARTITION BY customer_id ORDER BY gone_on, back_on) AS was_back_on
          FROM churns) AS one
), counted AS (
    SELECT score, 0 AS churned, until - since AS stayed FROM looked_at
    UNION ALL
    SELECT score, churns, -churns - gone FROM (
        SELECT s.score, GREATEST(LEAST(s.until, c.gone) - GREATEST(s.since, c.doomed), 0) AS churns,
            GREATEST(LEAST(s.until, c.back) - GREATEST(s.since, c.gone), 0) AS gone
        FROM looked_at AS s JOIN churned AS c USING (customer_id) WHERE s.until > s.since) AS one
)
SELECT score, sum(churned), sum(stayed) FROM counted GROUP BY score HAVING sum(churned + stayed) > 0
"""

# Of everybody who churned since these versions score, the level some days before; NULL where there was no score.
BEFORE = f"""
WITH {_CHURN}, {_SCORES}
SELECT d.days, s.level, count(*)
FROM churns AS c CROSS JOIN unnest(%(days)s::int[]) AS d(days)
LEFT JOIN scores AS s ON s.customer_id = c.customer_id AND s.version_id = ANY(%(versions)s)
    AND c.gone_on - d.days >= s.day
    AND c.gone_on - d.days < s.until
WHERE c.gone_on - d.days >= %(first)s
GROUP BY 1, 2
"""
