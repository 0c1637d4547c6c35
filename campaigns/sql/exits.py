"""What ends, wakes and converts: news about customers, and the words that versions listen for."""

from .enroll import TAKES_BACK

# A word names what happened: event:login, into:17 and out of:17 (tags by id). Of a batch of messages:
_EVENT = (
    "e.customer_id, 'event:' || e.name AS word, e.occurred_at AS at, e.id AS event_id, NULL::bigint AS transition_id"
)
_MOVE = "t.customer_id, w.word, t.applied_at AS at, NULL::bigint AS event_id, t.id AS transition_id"
_WORDS = "(VALUES ('into:' || t.to_tag_id), ('out of:' || t.from_tag_id)) AS w(word)"
NEWS = f"""
SELECT {_EVENT} FROM lifecycle_event AS e WHERE e.id = ANY(%(events)s)
UNION ALL
SELECT {_MOVE} FROM lifecycle_transition AS t CROSS JOIN LATERAL {_WORDS}
WHERE t.id = ANY(%(moves)s) AND t.from_tag_id IS DISTINCT FROM t.to_tag_id
"""
# Since customers entered whose enrollments are new: messages come in the order in which transactions end.
SINCE_ENTRY = f"""
SELECT {_EVENT} FROM campaigns_enrollment AS n
JOIN lifecycle_event AS e ON e.customer_id = n.customer_id AND e.occurred_at >= n.entered_at
WHERE n.id = ANY(%(entered)s)
UNION
SELECT {_MOVE} FROM campaigns_enrollment AS n
JOIN lifecycle_transition AS t ON t.customer_id = n.customer_id AND t.applied_at >= n.entered_at
CROSS JOIN LATERAL {_WORDS} WHERE n.id = ANY(%(entered)s) AND t.from_tag_id IS DISTINCT FROM t.to_tag_id
  AND t.id <> ALL(%(taken_back)s)
"""

# Whether news ``n`` came after what a customer entered upon; at one instant, events come before moves.
_IS_LATER = """(n.at, n.event_id IS NULL, COALESCE(n.event_id, n.transition_id))
        > (e.entered_at, e.event_id IS NULL, COALESCE(e.event_id, e.transition_id, 0))"""
_HEARD = "news AS MATERIALIZED (SELECT * FROM ({news}) AS n WHERE word = ANY(%(words)s))"

# Whom news concern, so that they are held before anything is done.
CONCERNED = f"WITH {_HEARD} SELECT DISTINCT customer_id FROM news"

# Which enrollments news end or convert, and why. The instant is that of a goal reached in time, also after the end. Who
# reaches it later leaves as by an exit, and a move that takes another one back reaches none.
MARKED = f"""
WITH {_HEARD}, marks AS (
    SELECT * FROM unnest(%(versions)s::bigint[], %(mark_words)s::text[], %(reasons)s::text[], %(days)s::int[])
        AS m(version_id, word, reason, days)
)
SELECT e.id, CASE WHEN m.reason = 'goal' AND NOT in_time THEN 'exit' ELSE m.reason END AS why,
    min(n.at) FILTER (WHERE m.reason = 'goal' AND in_time)
FROM news AS n JOIN campaigns_enrollment AS e ON e.customer_id = n.customer_id
JOIN marks AS m ON m.version_id = e.version_id AND m.word = n.word
CROSS JOIN LATERAL (SELECT n.at <= e.entered_at + m.days * interval '24 hours' AS in_time) AS t
WHERE (e.state = 'active' OR (m.reason = 'goal' AND e.converted_at IS NULL)) AND {_IS_LATER}
  AND NOT (m.reason = 'goal' AND {TAKES_BACK.format(move="n.transition_id")})
GROUP BY e.id, why
"""
CONVERT = """
UPDATE campaigns_enrollment AS e SET converted_at = n.at
FROM unnest(%(ids)s::bigint[], %(ats)s::timestamptz[]) AS n(id, at)
WHERE e.id = n.id AND e.converted_at IS NULL
"""

# The goals that were reached by moves which were taken back.
UNCONVERT = """
UPDATE campaigns_enrollment AS e SET converted_at = NULL
FROM lifecycle_transition AS t, unnest(%(versions)s::bigint[], %(mark_words)s::text[], %(reasons)s::text[])
    AS m(version_id, word, reason)
WHERE t.id = ANY(%(moves)s) AND e.customer_id = t.customer_id AND e.converted_at = t.applied_at
  AND m.version_id = e.version_id AND m.reason = 'goal' AND m.word = 'into:' || t.to_tag_id
RETURNING e.id
"""

# The waits that news end: the event is stored with the run first, and a run that nobody works on is due at once. One
# that is in work finds the event when it is completed.
WAKE = f"""
WITH {_HEARD}, heard AS (
    SELECT r.id, min(n.event_id) AS event_id
    FROM news AS n JOIN campaigns_steprun AS r ON r.customer_id = n.customer_id AND 'event:' || r.awaits = n.word
    JOIN campaigns_enrollment AS e ON e.id = r.enrollment_id
    WHERE r.awaits IS NOT NULL AND r.heard_id IS NULL AND r.state IN ('waiting', 'leased', 'frozen') AND {_IS_LATER}
    GROUP BY r.id
)
UPDATE campaigns_steprun AS r
SET heard_id = h.event_id, due_at = CASE r.state WHEN 'leased' THEN r.due_at ELSE LEAST(r.due_at, %(now)s) END
FROM heard AS h WHERE r.id = h.id
"""

# Who is inside a version though its condition to stay does not hold for them.
MAY_NOT_STAY = """
SELECT e.id FROM campaigns_enrollment AS e
WHERE e.version_id = %(version)s AND e.state = 'active' {and_who}
  AND NOT EXISTS (SELECT FROM ({holds}) AS h WHERE h.customer_id = e.customer_id)
"""
AND_OF_CUSTOMERS = "AND e.customer_id = ANY(%(customers)s)"
