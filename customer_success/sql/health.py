"""What becomes of the table of those who were scored: a row of the day, and the health in force."""

from .scoring import BEFORE, SCORED

_ROW = 'version_id, source, score, level, trend, components, "values"'
_ROW_NOW = "s.version_id, 'COMPUTED', s.score, s.level, s.trend, s.components, s.\"values\""

# Days on which something changed get a row.
WRITE_HISTORY = f"""
INSERT INTO customer_success_healthscore AS kept (customer_id, day, {_ROW}, recorded_at, notes)
SELECT s.customer_id, %(day)s::date, {_ROW_NOW}, %(now)s, ''
FROM {SCORED} AS s LEFT JOIN customer_success_customerhealth AS h USING (customer_id)
WHERE h.customer_id IS NULL OR (h.version_id, h.computed_score, h.computed_level, h."values")
    IS DISTINCT FROM (s.version_id, s.score, s.level, s."values")
ORDER BY s.customer_id
ON CONFLICT (customer_id, day) DO UPDATE SET version_id = excluded.version_id, score = excluded.score,
    level = excluded.level, trend = excluded.trend, components = excluded.components, "values" = excluded."values",
    recorded_at = excluded.recorded_at
WHERE kept.source = 'COMPUTED'
"""

# Of a day that is past: where it differs from the latest score before it. Returns how many are new.
WRITE_PAST = f"""
WITH kept AS (
INSERT INTO customer_success_healthscore (customer_id, day, {_ROW}, recorded_at, notes)
SELECT s.customer_id, %(day)s::date, {_ROW_NOW}, %(now)s, ''
FROM {SCORED} AS s LEFT JOIN LATERAL (
    SELECT version_id, score, level, "values" FROM customer_success_healthscore
    WHERE customer_id = s.customer_id AND day < %(day)s::date ORDER BY day DESC LIMIT 1) AS h ON true
WHERE (h.version_id, h.score, h.level, h."values") IS DISTINCT FROM (s.version_id, s.score, s.level, s."values")
ORDER BY s.customer_id
ON CONFLICT (customer_id, day) DO NOTHING RETURNING 1)
SELECT count(*) FROM kept
"""

END_OVERRIDES = """
UPDATE customer_success_healthoverride SET ended_at = expires_at
WHERE ended_at IS NULL AND expires_at <= %(now)s AND {scope}
"""

_HEALTH = (
    "version_id", "source", "score", "level", "trend", "components", '"values"', "computed_score", "computed_level",
)  # fmt: skip
_IS_NEWS = """(h.version_id, h.computed_score, h.computed_level, h."values")
    IS DISTINCT FROM (excluded.version_id, excluded.computed_score, excluded.computed_level, excluded."values")"""
_TOLD = "customer_id, score, level, trend, change"

# The health of those who were scored; what is the same as before is left alone. {level}: of an overriding score.
UPDATE_HEALTH = f"""
INSERT INTO customer_success_customerhealth AS h ({", ".join(_HEALTH)}, customer_id, change, day, computed_at)
SELECT s.version_id, 'COMPUTED', COALESCE(o.score, s.score), CASE WHEN o.score IS NULL THEN s.level ELSE {{level}} END,
       s.trend, s.components, s."values", s.score, s.level, s.customer_id, s.score - s.previous_score, %(day)s::date,
       %(now)s
FROM {SCORED} AS s LEFT JOIN customer_success_healthoverride AS o
    ON o.customer_id = s.customer_id AND o.ended_at IS NULL
ORDER BY s.customer_id
ON CONFLICT (customer_id) DO UPDATE SET
    {", ".join(f"{column} = excluded.{column}" for column in _HEALTH)},
    change = CASE WHEN {_IS_NEWS} THEN excluded.change ELSE h.change END,
    day = CASE WHEN {_IS_NEWS} THEN excluded.day ELSE h.day END,
    computed_at = CASE WHEN {_IS_NEWS} THEN excluded.computed_at ELSE h.computed_at END
WHERE ({", ".join(f"h.{column}" for column in _HEALTH)})
    IS DISTINCT FROM ({", ".join(f"excluded.{column}" for column in _HEALTH)})
RETURNING {_TOLD}
"""

# Whom no card scores: an override that ended gives way to what was reported; what was computed is gone.
_UNSCORED = f"""{{scope}} AND NOT EXISTS (SELECT FROM {SCORED} AS s WHERE s.customer_id = h.customer_id)
    AND NOT EXISTS (SELECT FROM customer_success_healthoverride AS o
                    WHERE o.customer_id = h.customer_id AND o.ended_at IS NULL)"""
GIVE_WAY = f"""
UPDATE customer_success_customerhealth AS h SET score = computed_score, level = computed_level
WHERE {_UNSCORED} AND source = 'REPORTED' AND computed_score IS NOT NULL
  AND (score, level) IS DISTINCT FROM (computed_score, computed_level)
RETURNING {_TOLD}
"""
REMOVE = f"""
DELETE FROM customer_success_customerhealth AS h
WHERE {_UNSCORED} AND (source = 'COMPUTED' OR computed_score IS NULL)
RETURNING customer_id
"""
# The health of one customer as it is told to the floor below.
TOLD = f"SELECT {_TOLD} FROM customer_success_customerhealth WHERE customer_id = %(customer)s"
# What a trend and a change of one customer are counted from.
BEFORE_ONE = f"""
SELECT reference.score, previous.score FROM (SELECT %(customer)s::bigint AS id) AS one
{BEFORE.format(customer="one.id", version="%(version)s::bigint")}
"""
LAST_EVENT = "SELECT COALESCE(max(id), 0) FROM lifecycle_event"
# Who may have another score since: news, other words in the profile, an override that ends.
CHANGED = """
SELECT DISTINCT customer_id FROM lifecycle_event WHERE id > %(after)s AND customer_id IS NOT NULL
UNION SELECT id FROM lifecycle_customer WHERE updated_at >= %(since)s
UNION SELECT customer_id FROM customer_success_account WHERE updated_at >= %(since)s
UNION SELECT account_id FROM customer_success_successprofile WHERE updated_at >= %(since)s
UNION SELECT customer_id FROM customer_success_healthoverride WHERE ended_at IS NULL AND expires_at <= %(now)s
ORDER BY 1
"""
NOBODY = f"CREATE TEMPORARY TABLE {SCORED} AS SELECT customer_id FROM customer_success_customerhealth WHERE false"
ENDS = "SELECT COALESCE(min(id), 1), COALESCE(max(id), 0) FROM lifecycle_customer"
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(74609, 1)"
TRY_ALONE = "SELECT pg_try_advisory_lock(74609, 0)"
LET_GO = "SELECT pg_advisory_unlock(74609, 0)"
