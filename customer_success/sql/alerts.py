"""What health alerts ask of the database: one statement for all customers."""

from .scoring import comparable

_SAME = comparable("s.version_id", "h.scored_by")

# 1. Of which customers the alerts of their scorecard hold; of a score that was told as a whole, which follows from no
#    scorecard, those of the success program. A drop is measured from the highest score that held within
#    the window to the computed one, of the same scorecard: a day without a row has the score of the row before it.
# 2. Episodes that are over end, and what was still to be done about them is dropped.
# 3. New episodes begin. Who raises the same ones beside us is waited for, and nothing is raised twice.
RAISE = f"""
WITH wanted AS (
    SELECT v.id AS version_id, a->>'kind' AS kind, COALESCE(a->>'below', a->>'points')::smallint AS threshold,
        (a->>'due_hours')::int AS due_hours, a->>'priority' AS priority,
        COALESCE((a->>'is_escalated')::boolean, false) AS is_escalated
    FROM customer_success_scorecardversion AS v, jsonb_array_elements(v.definition->'alerts') AS a
    WHERE v.state <> 'draft'
), healths AS NOT MATERIALIZED (
    SELECT customer_id, score, computed_score, version_id AS scored_by, COALESCE(version_id, (
        SELECT v.id FROM customer_success_scorecardversion AS v JOIN customer_success_scorecard AS s
            ON s.id = v.scorecard_id WHERE s.code = %(program)s AND v.state = 'published')) AS version_id
    FROM customer_success_customerhealth AS c
    WHERE NOT EXISTS (  -- nobody is alarmed for a closed account
        SELECT FROM lifecycle_customerstatus AS s JOIN lifecycle_lifecycle AS l ON l.id = s.lifecycle_id
        JOIN lifecycle_statustag AS t ON t.id = s.tag_id
        WHERE s.customer_id = c.customer_id AND l.code = 'account' AND t.code = 'CHURNED')
), highest AS (
    SELECT h.customer_id, GREATEST(
        (SELECT max(s.score) FROM customer_success_healthscore AS s
         WHERE s.customer_id = h.customer_id AND s.day > %(since)s AND {_SAME}),
        (SELECT CASE WHEN {_SAME} THEN s.score END FROM customer_success_healthscore AS s
         WHERE s.customer_id = h.customer_id AND s.day <= %(since)s ORDER BY s.day DESC LIMIT 1)) AS score
    FROM healths AS h
    WHERE h.version_id IN (SELECT version_id FROM wanted WHERE kind = 'SIGNIFICANT_DROP')
), holding AS MATERIALIZED (
    SELECT h.customer_id, w.*, highest.score AS highest,
        COALESCE(CASE w.kind WHEN 'SIGNIFICANT_DROP' THEN h.computed_score END, h.score) AS score
    FROM healths AS h JOIN wanted AS w USING (version_id) LEFT JOIN highest USING (customer_id)
    WHERE CASE w.kind WHEN 'SIGNIFICANT_DROP' THEN highest.score - COALESCE(h.computed_score, h.score) > w.threshold
                      ELSE h.score < w.threshold END
), ended AS (
    UPDATE customer_success_healthalert AS a SET ended_at = %(now)s
    WHERE a.ended_at IS NULL AND NOT EXISTS (
        SELECT FROM holding AS h
        WHERE h.customer_id = a.customer_id AND h.kind = a.kind AND h.threshold = a.threshold)
    RETURNING a.id
), raised AS (
    INSERT INTO customer_success_healthalert (
        customer_id, version_id, kind, threshold, score, previous_score, is_escalated, opened_at, due_at, state, note)
    SELECT customer_id, version_id, kind, threshold, score, NULLIF(highest, score), is_escalated, %(now)s,
        %(now)s + make_interval(hours => due_hours), 'OPEN', ''
    FROM holding ORDER BY customer_id, kind, threshold
    ON CONFLICT (customer_id, kind, threshold) WHERE ended_at IS NULL DO NOTHING
    RETURNING id, customer_id, kind, threshold
)
SELECT raised.id, holding.priority FROM raised JOIN holding USING (customer_id, kind, threshold)
UNION ALL SELECT id, NULL FROM ended
"""
