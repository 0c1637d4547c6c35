"""Taking moves back: one statement restores, records and announces; another counts what that says of the rules."""

from lifecycle.rules.confidence import REVERTED_WITHIN_DAYS

# Which moves: {which} is one of these, with the parameter {id}.
OF_EVALUATION = (
    "evaluation_id = %(id)s AND lifecycle_id = %(lifecycle)s AND by_id IS NULL"  # what a person approved stays
)
OF_TRANSITION = "id = %(id)s"
OF_RULE = "rule_id = %(id)s AND lifecycle_id = %(lifecycle)s"
OF_ROLLBACK = "id IN (SELECT reversal_id FROM lifecycle_rolledback WHERE rollback_id = %(id)s)"

# Each customer of the batch: where it came from, where the batch left it, and why it is left alone, if it is. Somebody
# moved since if the latest move is not the last of the batch.
CHAINS = """
batch AS MATERIALIZED (
    SELECT id, customer_id, from_tag_id, to_tag_id, rule_id, evaluation_id, by_id
    FROM lifecycle_transition WHERE {which}
), chains AS (
    SELECT customer_id, min(id) AS first_id, max(id) AS last_id,
        (array_agg(from_tag_id ORDER BY id))[1] AS back_to, (array_agg(to_tag_id ORDER BY id DESC))[1] AS left_in
    FROM batch GROUP BY customer_id
), judged AS MATERIALIZED (
    SELECT c.*, s.id AS status_id, s.version, s.tag_id,
        CASE WHEN EXISTS (SELECT FROM (SELECT id, lifecycle_id FROM lifecycle_transition
                                       WHERE customer_id = c.customer_id AND id > c.last_id OFFSET 0) AS t
                          WHERE t.lifecycle_id = %(lifecycle)s)
               OR s.tag_id IS DISTINCT FROM c.left_in THEN 'moved_since'
             WHEN s.pinned_until > %(now)s THEN 'pinned' END AS left_because
    FROM chains AS c
    JOIN lifecycle_customerstatus AS s ON s.customer_id = c.customer_id AND s.lifecycle_id = %(lifecycle)s
)"""

# How many would be brought back, from where to where, and how many left alone and why; with some of their names.
PREVIEW = f"""
WITH {CHAINS}
SELECT f.code, b.code, j.left_because, count(*),
    (array_agg(tenure_name(c) ORDER BY j.customer_id))[1:5]
FROM judged AS j JOIN lifecycle_customer AS c ON c.id = j.customer_id
LEFT JOIN lifecycle_statustag AS f ON f.id = j.left_in LEFT JOIN lifecycle_statustag AS b ON b.id = j.back_to
GROUP BY f.code, b.code, f.position, b.position, j.left_because
ORDER BY j.left_because NULLS FIRST, f.position, b.position
"""

# Bring back whom nobody changed since. The former stay begins where it had begun. The rule that led away leaves the
# customer alone while it stays, as after a no; floors above hear of each move that was taken back.
ROLL_BACK = f"""
WITH {CHAINS}, held AS (
    SELECT s.id, s.version FROM lifecycle_customerstatus AS s
    WHERE s.id = ANY(ARRAY(SELECT status_id FROM judged WHERE left_because IS NULL))
    ORDER BY s.customer_id FOR NO KEY UPDATE
), restored AS (
    UPDATE lifecycle_customerstatus AS s
    SET tag_id = j.back_to, version = s.version + 1, entered_at = former.applied_at, seen_until = former.applied_at,
        previous_tag_id = former.from_tag_id
    FROM judged AS j JOIN held ON held.id = j.status_id AND held.version = j.version
    LEFT JOIN LATERAL (
        SELECT t.applied_at, t.from_tag_id
        FROM (SELECT * FROM lifecycle_transition WHERE customer_id = j.customer_id AND id < j.first_id OFFSET 0) AS t
        WHERE t.lifecycle_id = %(lifecycle)s ORDER BY t.id DESC LIMIT 1) AS former ON true
    WHERE s.id = j.status_id AND s.version = j.version
    RETURNING s.customer_id, j.left_in, j.back_to, j.first_id, j.last_id
), recorded AS (
    INSERT INTO lifecycle_transition (
        lifecycle_id, customer_id, from_tag_id, to_tag_id, applied_at, recorded_at, by_id, reason, evidence)
    SELECT %(lifecycle)s, customer_id, left_in, back_to, %(now)s, %(now)s, %(by)s, %(reason)s, '{{{{}}}}'
    FROM restored ORDER BY customer_id RETURNING id, customer_id
), kept AS (
    INSERT INTO lifecycle_rolledback (rollback_id, customer_id, first_id, last_id, reversal_id, left_because)
    SELECT %(rollback)s, j.customer_id, j.first_id, j.last_id, n.id,
        CASE WHEN n.id IS NULL THEN COALESCE(j.left_because, 'moved_since') END
    FROM judged AS j LEFT JOIN recorded AS n ON n.customer_id = j.customer_id ORDER BY j.customer_id
), announced AS (
    INSERT INTO lifecycle_outboxmessage (topic, customer_id, subject_id, created_at)
    SELECT 'transition', customer_id, id, %(now)s FROM recorded
    UNION ALL
    SELECT 'rolled_back', b.customer_id, b.id, %(now)s FROM batch AS b
    WHERE b.customer_id IN (SELECT customer_id FROM recorded)
), overtaken AS (
    UPDATE lifecycle_recommendation AS r SET state = 'superseded', decided_at = %(now)s
    WHERE r.customer_id = ANY(ARRAY(SELECT customer_id FROM recorded)) AND r.lifecycle_id = %(lifecycle)s
      AND r.state = 'pending'
), refused AS (
    INSERT INTO lifecycle_recommendation (
        lifecycle_id, customer_id, from_tag_id, rule_id, evaluation_id, evidence, confidence, reasons, state,
        created_at, note, decided_at, decided_by_id)
    SELECT %(lifecycle)s, r.customer_id, r.back_to, b.rule_id, b.evaluation_id, '{{{{}}}}', 0, '{{{{}}}}', 'rejected',
        %(now)s, %(note)s, %(now)s, %(by)s
    FROM restored AS r JOIN batch AS b ON b.id = r.first_id
    WHERE b.rule_id IS NOT NULL AND b.evaluation_id IS NOT NULL
), marked AS (
    INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id) SELECT %(lifecycle)s, customer_id FROM recorded
)
SELECT (SELECT count(*) FROM judged), (SELECT count(*) FROM recorded)
"""

# The noes of a rollback, taken back with it.
FORGIVE = """
UPDATE lifecycle_recommendation AS r SET state = 'superseded'
WHERE r.lifecycle_id = %(lifecycle)s AND r.state = 'rejected' AND r.decided_at = %(made_at)s
  AND r.customer_id = ANY(ARRAY(
      SELECT customer_id FROM lifecycle_rolledback WHERE rollback_id = %(id)s AND reversal_id IS NOT NULL))
"""

# What a rollback says against the rules whose moves it took back, those between the moves of its batch among them, and
# no longer says when it is undone. A person's move that had put back a rule's (see ``engine.transitions``) and is taken
# back says nothing against that rule any more. Publishing makes the row of each rule.
TRUST = f"""
WITH RECURSIVE line AS (
    SELECT k.customer_id, k.first_id, k.last_id, r.undoes_id, 1 AS said
    FROM lifecycle_rolledback AS k JOIN lifecycle_rollback AS r ON r.id = k.rollback_id
    WHERE k.rollback_id = %(rollback)s AND k.reversal_id IS NOT NULL
    UNION ALL
    SELECT k.customer_id, k.first_id, k.last_id, r.undoes_id, -l.said
    FROM line AS l JOIN lifecycle_rolledback AS k ON k.reversal_id = l.first_id
    JOIN lifecycle_rollback AS r ON r.id = k.rollback_id
    WHERE l.undoes_id IS NOT NULL
), moves AS (
    SELECT t.*, l.said
    FROM line AS l
    CROSS JOIN LATERAL (SELECT * FROM lifecycle_transition WHERE customer_id = l.customer_id OFFSET 0) AS t
    WHERE l.undoes_id IS NULL AND t.id BETWEEN l.first_id AND l.last_id AND t.lifecycle_id = %(lifecycle)s
), told AS (
    SELECT rule_id, said AS rolled_back, 0 AS reverted, 0 AS approved FROM moves WHERE rule_id IS NOT NULL
    UNION ALL
    SELECT was.rule_id, 0, -back.said, CASE WHEN was.by_id IS NULL THEN 0 ELSE back.said END
    FROM moves AS back CROSS JOIN LATERAL (
        SELECT t.*
        FROM (SELECT * FROM lifecycle_transition WHERE customer_id = back.customer_id AND id < back.id OFFSET 0) AS t
        WHERE t.lifecycle_id = %(lifecycle)s ORDER BY t.id DESC LIMIT 1
    ) AS was
    WHERE back.rule_id IS NULL AND back.by_id IS NOT NULL AND was.rule_id IS NOT NULL
      AND was.from_tag_id = back.to_tag_id AND was.to_tag_id = back.from_tag_id
      AND was.applied_at >= back.applied_at - interval '{REVERTED_WITHIN_DAYS} days'
      AND NOT EXISTS (SELECT FROM lifecycle_rolledback AS k WHERE k.reversal_id = back.id)
)
UPDATE lifecycle_ruletrust AS t SET rolled_back = GREATEST(t.rolled_back + s.rolled_back, 0),
    reverted = GREATEST(t.reverted + s.reverted, 0), approved = GREATEST(t.approved + s.approved, 0)
FROM (
    SELECT rule_id, sum(rolled_back) AS rolled_back, sum(reverted) AS reverted, sum(approved) AS approved
    FROM told GROUP BY rule_id
) AS s
WHERE s.rule_id = t.rule_id
"""
