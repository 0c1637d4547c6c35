"""A lifecycle's history gone through once more: where customers were at each instant, and what the rules say there.

Customers' statuses are covered by a temporary table that follows the stored moves; nothing is moved here.
"""

COVERED = ("lifecycle_customerstatus", "lifecycle_dailymetrics")

# Customers of a lifecycle; some of them, in an order that a word decides, and those named. Of who was erased too little
# is left.
CHOOSE = """
SELECT ARRAY(SELECT customer_id FROM (
    SELECT customer_id, row_number() OVER (ORDER BY md5(customer_id || %(seed)s), customer_id) AS place
    FROM lifecycle_customerstatus AS s WHERE lifecycle_id = %(lifecycle)s
      AND NOT EXISTS (SELECT FROM lifecycle_customer AS c
                      WHERE c.id = s.customer_id AND c.external_id LIKE 'erased:%%')) AS c
    WHERE place <= %(most)s OR customer_id = ANY(%(too)s) ORDER BY customer_id)
"""

# Their moves in order. {ours}: those that a rule made by itself. ``step``: the first, second … of one instant.
# ``rules_at``: when it was decided; a run may take long, and its ranges one after the other: ``begun_at``, ``over_at``.
# ``since``: when the stay that it led to began; a stay that was taken up again began earlier.
COPY_MOVES = """
CREATE TEMPORARY TABLE past_move AS
SELECT t.id, t.customer_id, t.from_tag_id, t.to_tag_id, t.applied_at, t.rule_id, t.evaluation_id,
    t.rule_id IS NOT NULL AND t.by_id IS NULL AS is_ours,
    COALESCE(e.kind IN ('replay', 'asking'), false) AS is_replayed,
    t.recorded_at AS rules_at, COALESCE(e.started_at, t.recorded_at) AS begun_at,
    GREATEST(COALESCE(e.finished_at, t.recorded_at), t.recorded_at) AS over_at,
    COALESCE(former.applied_at, t.applied_at) AS since, COALESCE(former.from_tag_id, t.from_tag_id) AS came_from,
    former.id IS NOT NULL AS is_return,
    lag(t.to_tag_id) OVER w AS left_in, lag(t.id) OVER w IS NULL AS is_first,
    row_number() OVER (PARTITION BY t.customer_id, t.applied_at ORDER BY t.id) AS step
FROM lifecycle_transition AS t
LEFT JOIN lifecycle_evaluation AS e ON e.id = t.evaluation_id
LEFT JOIN lifecycle_rolledback AS b ON b.reversal_id = t.id
LEFT JOIN LATERAL (
    SELECT f.id, f.applied_at, f.from_tag_id
    FROM (SELECT * FROM lifecycle_transition WHERE customer_id = t.customer_id AND id < b.first_id OFFSET 0) AS f
    WHERE f.lifecycle_id = t.lifecycle_id ORDER BY f.id DESC LIMIT 1) AS former ON b.id IS NOT NULL
WHERE t.lifecycle_id = %(lifecycle)s AND t.customer_id = ANY(%(customers)s)
WINDOW w AS (PARTITION BY t.customer_id ORDER BY t.id);
CREATE INDEX ON past_move (applied_at, step); CREATE INDEX ON past_move (customer_id, id);
ANALYZE past_move
"""

# What does not fit together without looking at any fact, a sentence for each: customer, instant, sentence.
BROKEN = """
SELECT m.customer_id, m.applied_at, format('The move starts from %%s, but the customer was in %%s.',
    COALESCE(f.name, 'no tag'), COALESCE(l.name, 'no tag'))
FROM past_move AS m LEFT JOIN lifecycle_statustag AS f ON f.id = m.from_tag_id
LEFT JOIN lifecycle_statustag AS l ON l.id = m.left_in
WHERE NOT m.is_first AND m.from_tag_id IS DISTINCT FROM m.left_in
UNION ALL
SELECT m.customer_id, m.applied_at, format('The first move starts from %%s, and no move led there.', t.name)
FROM past_move AS m JOIN lifecycle_statustag AS t ON t.id = m.from_tag_id
WHERE m.is_first AND NOT EXISTS (SELECT FROM lifecycle_statustagevent AS e WHERE e.pgh_obj_id = t.id AND e.is_initial)
UNION ALL
SELECT s.customer_id, COALESCE(m.applied_at, %(now)s), format('The customer is in %%s, but the last move led to %%s.',
    COALESCE(n.name, 'no tag'), COALESCE(t.name, 'no tag'))
FROM lifecycle_customerstatus AS s
JOIN LATERAL (SELECT t.applied_at, t.to_tag_id
              FROM (SELECT * FROM lifecycle_transition WHERE customer_id = s.customer_id OFFSET 0) AS t
              WHERE t.lifecycle_id = s.lifecycle_id ORDER BY t.id DESC LIMIT 1) AS m ON true
LEFT JOIN lifecycle_statustag AS n ON n.id = s.tag_id LEFT JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
WHERE s.lifecycle_id = %(lifecycle)s AND s.customer_id = ANY(%(customers)s) AND s.tag_id IS DISTINCT FROM m.to_tag_id
UNION ALL
SELECT s.customer_id, %(now)s, format('The customer is in %%s, and no move led there.', t.name)
FROM lifecycle_customerstatus AS s JOIN lifecycle_statustag AS t ON t.id = s.tag_id
WHERE s.lifecycle_id = %(lifecycle)s AND s.customer_id = ANY(%(customers)s)
  AND NOT EXISTS (SELECT FROM past_move AS m WHERE m.customer_id = s.customer_id)
  AND NOT EXISTS (SELECT FROM lifecycle_statustagevent AS e WHERE e.pgh_obj_id = t.id AND e.is_initial)
UNION ALL
SELECT m.customer_id, m.applied_at, format('“%%s”, version %%s, was not in force.', r.name, r.version)
FROM past_move AS m JOIN lifecycle_transitionrule AS r ON r.id = m.rule_id
WHERE m.is_ours AND (r.published_at IS NULL OR r.published_at > m.over_at OR r.retired_at <= m.begun_at)
UNION ALL
SELECT m.customer_id, m.applied_at, format('A rule moved the customer, who was pinned: %%s', p.reason)
FROM past_move AS m JOIN lifecycle_pin AS p ON p.customer_id = m.customer_id AND p.lifecycle_id = %(lifecycle)s
WHERE m.is_ours AND NOT m.is_replayed AND p.pinned_at < m.begun_at AND COALESCE(p.until, 'infinity') > m.over_at
  AND COALESCE(p.released_at, 'infinity') > m.over_at
ORDER BY 2
"""

# The instants that matter, in order, of what was replayed or of what was not: those of moves, and those at the end of
# which nobody may be left whom a rule would move: every day of a replay, the last routine run of a day.
# Columns: the instant, when the rules are looked up, the run (NULL for other moves), when it was over, the first and
# the last step, whether it is such an end.
INSTANTS = """
SELECT at, rules_at, max(evaluation_id), max(over_at), COALESCE(min(step), 1), COALESCE(max(step), 0), bool_or(is_end)
FROM (
    SELECT applied_at AS at, rules_at, evaluation_id, step, false AS is_end, over_at FROM past_move
    UNION ALL
    SELECT as_of, started_at, id, NULL, true, COALESCE(finished_at, started_at) FROM (
        SELECT *, row_number() OVER (PARTITION BY (as_of AT TIME ZONE 'UTC')::date ORDER BY as_of DESC, id DESC) AS back
        FROM lifecycle_evaluation
        WHERE lifecycle_id = %(lifecycle)s AND state = 'done' AND kind = ANY(%(kinds)s)) AS e
    WHERE back = 1) AS i
WHERE at >= %(first)s AND at <= %(last)s
GROUP BY at, rules_at ORDER BY at, rules_at
"""
BOUNDS = """
SELECT min(at), max(at), max(rules_at) FROM (
    SELECT applied_at AS at, rules_at FROM past_move WHERE is_ours AND is_replayed = %(is_replayed)s
    UNION ALL
    SELECT as_of, started_at FROM lifecycle_evaluation
    WHERE lifecycle_id = %(lifecycle)s AND state = 'done' AND kind = ANY(%(kinds)s)) AS i
"""

# Everybody where they were before an instant.
START = """
INSERT INTO lifecycle_customerstatus (
    id, lifecycle_id, customer_id, tag_id, entered_at, seen_until, previous_tag_id)
SELECT s.id, s.lifecycle_id, s.customer_id,
       CASE WHEN latest.id IS NOT NULL THEN latest.to_tag_id WHEN next.id IS NOT NULL THEN next.from_tag_id
            ELSE s.tag_id END,
       latest.since, latest.since, latest.came_from
FROM {schema}.lifecycle_customerstatus AS s
LEFT JOIN LATERAL (SELECT * FROM past_move WHERE customer_id = s.customer_id AND applied_at < %(before)s
                   ORDER BY id DESC LIMIT 1) AS latest ON true
LEFT JOIN LATERAL (SELECT * FROM past_move WHERE customer_id = s.customer_id ORDER BY id LIMIT 1) AS next ON true
WHERE s.lifecycle_id = %(lifecycle)s AND s.customer_id = ANY(%(customers)s);
ANALYZE lifecycle_customerstatus
"""

# Whom a rule moves next at this instant, as ids; and those of the moves with which the rules do not agree: customer,
# move, rule, the rules that hold, the winner.
MOVED = """
SELECT ARRAY(SELECT customer_id FROM past_move WHERE applied_at = %(at)s AND rules_at = %(rules_at)s AND step = %(step)s
             AND is_ours AND is_replayed = %(is_replayed)s)
"""
DOUBTED = """
SELECT d.customer_id, m.id, m.rule_id, d.matched, d.rule_id
FROM ({decide}) AS d JOIN past_move AS m ON m.customer_id = d.customer_id
WHERE m.applied_at = %(at)s AND m.step = %(step)s
  AND (m.rule_id = ANY(d.matched) IS NOT TRUE OR d.rule_id IS DISTINCT FROM m.rule_id)
"""
# Take the stored moves of this instant.
FOLLOW = """
UPDATE lifecycle_customerstatus AS s
SET tag_id = m.to_tag_id, previous_tag_id = m.came_from, entered_at = m.since, version = s.version + 1,
    seen_until = CASE WHEN m.is_return THEN m.since ELSE GREATEST(%(day_end)s, f.last_event_at) END
FROM past_move AS m JOIN lifecycle_customerfacts AS f ON f.customer_id = m.customer_id
WHERE s.customer_id = m.customer_id AND m.applied_at = %(at)s AND m.rules_at = %(rules_at)s AND m.step = %(step)s
"""
# Whom a rule would move at the end of a run, though nobody did: customer, winner, since when in the tag. Who was put to
# a person, refused, pinned, came later, or had moved on already when the past was replayed is left out.
LEFT_BEHIND = """
SELECT d.customer_id, d.rule_id, d.entered_at FROM ({decide}) AS d JOIN lifecycle_customer AS c ON c.id = d.customer_id
WHERE d.rule_id IS NOT NULL AND (%(is_replayed)s OR c.created_at <= %(at)s)
  AND NOT EXISTS (  -- asked by this run; a later question may have taken the recommendation's place
    SELECT FROM lifecycle_decision AS a
    WHERE a.evaluation_id = %(evaluation)s AND a.customer_id = d.customer_id AND a.rule_id = d.rule_id
      AND NOT a.is_applied)
  AND NOT EXISTS (SELECT FROM past_move AS m
                  WHERE m.customer_id = d.customer_id AND m.applied_at > %(at)s AND m.rules_at < %(rules_at)s)
  AND NOT EXISTS (
    SELECT FROM (SELECT * FROM lifecycle_recommendation WHERE customer_id = d.customer_id OFFSET 0) AS r
    WHERE r.lifecycle_id = %(lifecycle)s AND r.rule_id = d.rule_id
      AND (d.entered_at IS NULL OR COALESCE(r.decided_at, r.created_at) >= d.entered_at))
  AND NOT EXISTS (
    SELECT FROM lifecycle_pin AS p WHERE p.customer_id = d.customer_id AND p.lifecycle_id = %(lifecycle)s
      AND p.pinned_at <= %(at)s AND COALESCE(p.until, 'infinity') > %(at)s
      AND COALESCE(p.released_at, 'infinity') > %(at)s)
"""

# Whether a person was asked about a rule, or said no to it, in the stay that a move ended.
WAS_ASKED = """
SELECT EXISTS (
    SELECT FROM lifecycle_recommendation AS r JOIN lifecycle_customerstatus AS s USING (customer_id, lifecycle_id)
    WHERE r.customer_id = %(customer)s AND r.lifecycle_id = %(lifecycle)s AND r.rule_id = %(rule)s
      AND (s.entered_at IS NULL OR COALESCE(r.decided_at, r.created_at) >= s.entered_at) AND r.created_at <= %(at)s)
"""
# Whether news of a customer came about the time of a run, or that day of an earlier one: which of it the run knew is
# not written anywhere.
NEWS_IN_FLIGHT = """
SELECT EXISTS (
    SELECT FROM lifecycle_event WHERE customer_id = %(customer)s AND (
        stored_at BETWEEN %(at)s - interval '1 minute' AND %(over_at)s + interval '1 minute'
        OR (stored_at AT TIME ZONE 'UTC')::date = (%(at)s AT TIME ZONE 'UTC')::date
            AND (occurred_at AT TIME ZONE 'UTC')::date < (stored_at AT TIME ZONE 'UTC')::date))
"""
# When rules were switched off: key, whether on, since.
SWITCHED = """
SELECT rule_key, is_on, changed_at FROM lifecycle_switchevent
WHERE kind = 'rule' AND lifecycle_id = %(lifecycle)s ORDER BY changed_at, pgh_id
"""
NAMES = """
SELECT c.id, tenure_name(c) FROM lifecycle_customer AS c WHERE c.id = ANY(%(customers)s)
"""
