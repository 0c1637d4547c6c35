"""A lifecycle rehearsed: temporary tables in front of everything that an evaluation writes, and what is read of them.

With them in place the engine's own statements run unchanged, and no live row is touched. ``{schema}`` leads to the live
tables behind them.
"""

# Of each set of rules: the rules, and what becomes of customers by them. Of two sets, one is in place, one rests.
OF_A_SET = (
    "lifecycle_transitionrule", "lifecycle_transitionrule_from_tags", "lifecycle_customerstatus",
    "lifecycle_nextcheck", "lifecycle_transition", "lifecycle_recommendation",
)  # fmt: skip
MARKS = "lifecycle_dirtymark"  # which of the customers have news: the same for both, taken from by each
RESTING = "resting_{table}"
# Of both: what was done each day, what nobody reads, and no switch that is off.
SHARED = (
    "lifecycle_dailymetrics", "lifecycle_outboxmessage", "lifecycle_decision", "lifecycle_evaluation",
    "lifecycle_evaluationchunk", "lifecycle_notice", "lifecycle_switch",
)  # fmt: skip
REST = ";".join(f"ALTER TABLE pg_temp.{table} RENAME TO resting_{table}" for table in (*OF_A_SET, MARKS))
SWAP = ";".join(
    f"ALTER TABLE pg_temp.{table} RENAME TO swapped_{table};"
    f"ALTER TABLE pg_temp.resting_{table} RENAME TO {table};"
    f"ALTER TABLE pg_temp.swapped_{table} RENAME TO resting_{table}"
    for table in (*OF_A_SET, MARKS)
)
COPY_MARKS = """
INSERT INTO resting_lifecycle_dirtymark (lifecycle_id, customer_id)
SELECT lifecycle_id, customer_id FROM lifecycle_dirtymark
"""

SCHEMA = "SELECT current_schema()"
NEW_RULE_ID = "SELECT nextval(pg_get_serial_sequence('{schema}.lifecycle_transitionrule', 'id'))"

# The rules in force but those whose keys are tried in another version.
KEEP_RULES = """
INSERT INTO lifecycle_transitionrule SELECT * FROM {schema}.lifecycle_transitionrule
WHERE lifecycle_id = %(lifecycle)s AND state = 'published' AND NOT key = ANY(%(keys)s);
INSERT INTO lifecycle_transitionrule_from_tags SELECT * FROM {schema}.lifecycle_transitionrule_from_tags
WHERE transitionrule_id IN (SELECT id FROM lifecycle_transitionrule)
"""

# Everybody where they were at an instant, to be looked at on the first day.
START = """
WITH statuses AS (
    INSERT INTO lifecycle_customerstatus (
        id, lifecycle_id, customer_id, tag_id, entered_at, seen_until, previous_tag_id)
    SELECT s.id, s.lifecycle_id, s.customer_id, COALESCE(latest.to_tag_id, (
               SELECT id FROM lifecycle_statustag WHERE lifecycle_id = s.lifecycle_id AND is_initial)),
           latest.applied_at, latest.applied_at, latest.from_tag_id
    FROM {schema}.lifecycle_customerstatus AS s LEFT JOIN LATERAL (
        SELECT t.from_tag_id, t.to_tag_id, t.applied_at
        FROM (SELECT * FROM {schema}.lifecycle_transition WHERE customer_id = s.customer_id OFFSET 0) AS t
        WHERE t.lifecycle_id = s.lifecycle_id AND t.applied_at <= %(before)s
        ORDER BY t.id DESC LIMIT 1) AS latest ON true
    WHERE s.lifecycle_id = %(lifecycle)s ORDER BY s.customer_id
    RETURNING id, lifecycle_id
), checks AS (
    INSERT INTO lifecycle_nextcheck (status_id, lifecycle_id, at) SELECT id, lifecycle_id, %(before)s FROM statuses
)
SELECT count(*) FROM statuses
"""
COUNT = "ANALYZE lifecycle_customerstatus, lifecycle_nextcheck, lifecycle_customerfacts"

# The moves that people made in a period, made here too, whatever the rules that are tried say.
PEOPLE_S_MOVES = """
WITH made AS (
    SELECT DISTINCT ON (customer_id) id, customer_id, to_tag_id, applied_at, by_id, reason
    FROM {schema}.lifecycle_transition
    WHERE lifecycle_id = %(lifecycle)s AND by_id IS NOT NULL AND applied_at > %(after)s AND applied_at <= %(until)s
    ORDER BY customer_id, id DESC
), moved AS (
    UPDATE lifecycle_customerstatus AS s
    SET tag_id = made.to_tag_id, previous_tag_id = old.tag_id, entered_at = made.applied_at,
        seen_until = made.applied_at, version = s.version + 1
    FROM made JOIN lifecycle_customerstatus AS old USING (customer_id)
    WHERE s.id = old.id AND s.lifecycle_id = %(lifecycle)s AND old.tag_id IS DISTINCT FROM made.to_tag_id
    RETURNING s.customer_id, old.tag_id AS from_tag_id, s.tag_id AS to_tag_id, made.applied_at, made.by_id, made.reason
), recorded AS (
    INSERT INTO lifecycle_transition (
        lifecycle_id, customer_id, from_tag_id, to_tag_id, applied_at, recorded_at, by_id, reason, evidence)
    SELECT %(lifecycle)s, customer_id, from_tag_id, to_tag_id, applied_at, applied_at, by_id, reason, '{{}}' FROM moved
)
INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id) SELECT %(lifecycle)s, customer_id FROM moved
"""

# What one set of rules did, kept beside the other's.
KEEP = """
CREATE TEMPORARY TABLE rehearsed_{name} AS
SELECT t.customer_id, t.from_tag_id, t.to_tag_id, t.applied_at, r.key, t.by_id IS NOT NULL AS by_hand
FROM lifecycle_transition AS t LEFT JOIN lifecycle_transitionrule AS r ON r.id = t.rule_id;
CREATE TEMPORARY TABLE ended_{name} AS SELECT customer_id, tag_id FROM lifecycle_customerstatus;
CREATE TEMPORARY TABLE asked_{name} AS
SELECT r.customer_id, r.created_at, k.key FROM lifecycle_recommendation AS r
JOIN lifecycle_transitionrule AS k ON k.id = r.rule_id
"""
KEPT = ("rehearsed", "ended", "asked")

STATES = """
SELECT t.code, count(*) FROM ended_{name} AS e LEFT JOIN lifecycle_statustag AS t ON t.id = e.tag_id
GROUP BY t.code, t.position ORDER BY t.position NULLS FIRST
"""
MOVES = """
SELECT f.code, t.code, count(*) FROM rehearsed_{name} AS m
LEFT JOIN lifecycle_statustag AS f ON f.id = m.from_tag_id JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
GROUP BY 1, 2, f.position, t.position ORDER BY f.position NULLS FIRST, t.position
"""
MOVES_A_DAY = """
SELECT (applied_at AT TIME ZONE 'UTC')::date AS day, count(*) FROM rehearsed_{name} GROUP BY 1 ORDER BY 1
"""
ASKED_A_WEEK = """
SELECT date_trunc('week', created_at AT TIME ZONE 'UTC')::date AS week, count(*) FROM asked_{name}
GROUP BY 1 ORDER BY 1
"""
# Who came back within some days to a tag that was left.
FLAPPING = """
SELECT count(*), count(DISTINCT customer_id) FROM (
    SELECT customer_id, to_tag_id, applied_at,
        lag(from_tag_id) OVER w AS left_tag_id, lag(applied_at) OVER w AS left_at
    FROM rehearsed_{name} WINDOW w AS (PARTITION BY customer_id ORDER BY applied_at, from_tag_id)) AS m
WHERE to_tag_id = left_tag_id AND applied_at - left_at < make_interval(days => %(days)s)
"""
# Who ends in another tag by the one set than by the other.
DIFFERENT = """
SELECT c.id, tenure_name(c), old.code, new.code, count(*) OVER ()
FROM ended_before AS b JOIN ended_after AS a USING (customer_id) JOIN lifecycle_customer AS c ON c.id = b.customer_id
LEFT JOIN lifecycle_statustag AS old ON old.id = b.tag_id LEFT JOIN lifecycle_statustag AS new ON new.id = a.tag_id
WHERE a.tag_id IS DISTINCT FROM b.tag_id ORDER BY c.id LIMIT %(most)s
"""
# How well each rule into risk foretold who really churned. Flagged: the first such move of a customer. It came true if
# the customer entered a churned tag within {horizon} days of it, and is known not to have once so many days are over.
FORETOLD = """
WITH flagged AS (
    SELECT m.key, m.customer_id, min(m.applied_at) AS at FROM rehearsed_{name} AS m
    JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id AND t.category = 'risk' WHERE m.key IS NOT NULL GROUP BY 1, 2
), churned AS (
    SELECT m.customer_id, min(m.applied_at) AS at FROM {schema}.lifecycle_transition AS m
    JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id AND t.category = 'churned'
    WHERE m.lifecycle_id = %(lifecycle)s AND m.applied_at > %(since)s GROUP BY 1
), judged AS (
    SELECT f.key, f.customer_id, f.at, c.at AS churned_at,
        c.at > f.at AND c.at <= f.at + make_interval(days => %(horizon)s) AS came_true
    FROM flagged AS f LEFT JOIN churned AS c USING (customer_id)
    WHERE f.at + make_interval(days => %(horizon)s) <= %(known_until)s
       OR (c.at > f.at AND c.at <= f.at + make_interval(days => %(horizon)s))
)
SELECT k.key, (SELECT count(*) FROM flagged AS f WHERE f.key = k.key),
    count(j.customer_id), count(*) FILTER (WHERE j.came_true),
    (SELECT count(*) FROM churned WHERE at <= %(until)s),
    (SELECT count(*) FROM churned AS c JOIN flagged AS f USING (customer_id)
     WHERE f.key = k.key AND c.at <= %(until)s AND f.at < c.at),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM j.churned_at - j.at) / 86400)
        FILTER (WHERE j.came_true)
FROM (SELECT DISTINCT key FROM flagged) AS k LEFT JOIN judged AS j USING (key) GROUP BY k.key ORDER BY k.key
"""
