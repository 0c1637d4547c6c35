"""The set-based statements of an evaluation. Each says in its first line what it does."""

# Decide for a scope, move whom an automatic rule moves, and record it.
#
# {decide}: the rulebook's SELECT for the customers of the pass. A row takes part if a rule holds for
# it or its next check changes; nothing else is read twice, locked or written. A tag that was entered
# after the instant of the evaluation is left alone.
#
# Nothing is held while deciding. A move is made only from the version that was decided upon, a next
# check written only over the one that was seen; whose row somebody else wrote meanwhile is named among
# those to decide again, on what they are then. Statuses are locked in customer order.
MOVE = """
WITH trusted AS MATERIALIZED (
    SELECT * FROM unnest(%(rule_ids)s::bigint[], %(confidences)s::numeric[]) AS t(id, confidence)
), decided AS MATERIALIZED (
    SELECT * FROM ({decide}) AS d
    WHERE (d.entered_at IS NULL OR d.entered_at <= %(as_of)s)
      AND (d.rule_id IS NOT NULL OR d.check_at IS DISTINCT FROM d.check_seen{or_in_shadow})
), winning AS MATERIALIZED (
    SELECT *, cardinality(reasons) = 0 AS applies FROM (
        SELECT d.id, d.customer_id, d.tag_id, d.version, d.entered_at, d.last_event_at, d.rule_id, d.matched,
               d.evidence, r.to_tag_id, d.confidence, {reasons} AS reasons
        FROM (SELECT decided.*, t.confidence * COALESCE(known, 1) AS confidence
              FROM decided JOIN trusted AS t ON t.id = decided.rule_id) AS d
        JOIN lifecycle_transitionrule AS r ON r.id = d.rule_id OFFSET 0) AS weighed  -- so that reasons are found once
), held AS (
    SELECT s.id, s.version FROM lifecycle_customerstatus AS s
    WHERE s.id = ANY(ARRAY(SELECT id FROM winning)) ORDER BY s.customer_id FOR NO KEY UPDATE
), moved AS (
    UPDATE lifecycle_customerstatus AS s
    SET tag_id = w.to_tag_id, previous_tag_id = w.tag_id, version = s.version + 1, entered_at = %(as_of)s,
        seen_until = GREATEST(%(day_end)s, w.last_event_at)
    FROM winning AS w
    WHERE s.id = ANY(ARRAY(SELECT id FROM held)) AND s.id = w.id AND s.version = w.version AND w.applies
    RETURNING s.id, s.customer_id, w.tag_id AS from_tag_id, s.tag_id AS to_tag_id, w.rule_id, w.evidence
), recorded AS (
    INSERT INTO lifecycle_transition (
        lifecycle_id, customer_id, from_tag_id, to_tag_id, applied_at, recorded_at, rule_id, evaluation_id, evidence)
    SELECT %(lifecycle)s, customer_id, from_tag_id, to_tag_id, %(as_of)s, %(now)s, rule_id, %(evaluation)s, evidence
    FROM moved ORDER BY customer_id
    RETURNING id, customer_id, rule_id
), told AS (
    INSERT INTO lifecycle_notice (team_id, priority, customer_id, transition_id, created_at)
    SELECT t.id, r.notification ->> 'priority', m.customer_id, m.id, %(now)s
    FROM recorded AS m JOIN lifecycle_transitionrule AS r ON r.id = m.rule_id
    JOIN lifecycle_team AS t ON t.code = r.notification ->> 'team'
    WHERE %(is_live)s AND r.notification IS NOT NULL
    ORDER BY m.id
), announced AS (
    INSERT INTO lifecycle_outboxmessage (topic, customer_id, subject_id, created_at)
    SELECT 'transition', customer_id, id, %(now)s FROM recorded
    WHERE %(is_live)s  -- history that is played again asks nobody to do anything
), overtaken AS (
    UPDATE lifecycle_recommendation AS r SET state = 'superseded', decided_at = %(now)s
    WHERE r.customer_id = ANY(ARRAY(SELECT customer_id FROM moved))
      AND r.lifecycle_id = %(lifecycle)s AND r.state = 'pending'
), asked AS (
    INSERT INTO lifecycle_recommendation AS old (
        lifecycle_id, customer_id, from_tag_id, rule_id, evaluation_id, evidence, confidence, reasons, state,
        created_at)
    SELECT %(lifecycle)s, customer_id, tag_id, rule_id, %(evaluation)s, evidence, confidence, reasons, 'pending',
        %(as_of)s
    FROM winning AS w JOIN held USING (id, version)
    WHERE NOT applies
    ORDER BY customer_id
    ON CONFLICT (customer_id, lifecycle_id) WHERE state = 'pending' DO UPDATE
    SET from_tag_id = excluded.from_tag_id, rule_id = excluded.rule_id, evaluation_id = excluded.evaluation_id,
        evidence = excluded.evidence, confidence = excluded.confidence, reasons = excluded.reasons,
        created_at = excluded.created_at, snoozed_until = NULL
    WHERE (old.from_tag_id, old.rule_id) IS DISTINCT FROM (excluded.from_tag_id, excluded.rule_id)
    RETURNING id
), outdated AS (
    UPDATE lifecycle_recommendation AS r SET state = 'superseded', decided_at = %(now)s
    WHERE r.lifecycle_id = %(lifecycle)s AND r.state = 'pending' AND r.{scope} AND r.rule_id IN (SELECT id FROM trusted)
      AND r.created_at <= %(as_of)s  -- what was asked later is not ours to take back
      AND NOT EXISTS (SELECT FROM winning AS w WHERE w.customer_id = r.customer_id)
), kept AS (
    INSERT INTO lifecycle_decision (
        evaluation_id, customer_id, step, from_tag_id, rule_id, matched_rules, is_applied, confidence, reasons)
    SELECT %(evaluation)s, customer_id, %(step)s, tag_id, rule_id, matched, id IN (SELECT id FROM moved), confidence,
           CASE WHEN NOT applies THEN reasons END
    FROM winning ORDER BY customer_id
){foreseen}, due AS MATERIALIZED (
    SELECT d.id, d.customer_id, d.check_at, d.check_seen FROM decided AS d
    WHERE d.check_at IS DISTINCT FROM d.check_seen
      AND (d.rule_id IS NULL OR d.id NOT IN (SELECT id FROM winning WHERE applies))
), scheduled AS (
    UPDATE lifecycle_nextcheck AS c SET at = due.check_at
    FROM due WHERE c.status_id = due.id AND c.at IS NOT DISTINCT FROM due.check_seen
    RETURNING c.status_id
)
SELECT (SELECT count(*) FROM moved),
       (SELECT count(*) FROM asked),
       ARRAY(SELECT customer_id FROM winning WHERE applies
             UNION ALL SELECT customer_id FROM due WHERE id NOT IN (SELECT status_id FROM scheduled)),
       ARRAY(SELECT DISTINCT rule_id FROM moved)
"""

# The parts of MOVE that are there where rules are in shadow: what each of them would change is kept once a stay.
OR_IN_SHADOW = " OR num_nonnulls(VARIADIC d.winners_then) > 0"
FORESEEN = """, foreseen AS (
    INSERT INTO lifecycle_shadowdecision (rule_id, customer_id, entered_at, from_tag_id, decided_at, winner_then_id,
        winner_now_id)
    SELECT s.id, d.customer_id, d.entered_at, d.tag_id, %(as_of)s, s.winner_then, d.rule_id
    FROM decided AS d CROSS JOIN LATERAL unnest(%(shadows)s::bigint[], d.winners_then) AS s(id, winner_then)
    WHERE s.winner_then = s.id OR s.winner_then IS DISTINCT FROM d.rule_id
    ORDER BY d.customer_id
    ON CONFLICT (rule_id, customer_id, entered_at) DO NOTHING
)"""

# Why a person has to decide about a winner ``d`` of rule ``r``; empty if nobody has to. A threshold that is NULL asks
# nobody. Source: implementation guide of the status tags, ``shouldRequireManualReview``. Danger is churn, or risk for
# who was not at risk. What was put to a person stays with the person. OFFSET 0 has a customer's rows found by customer:
# where nobody has counted the table yet, PostgreSQL would take all moves of these days for a handful, once a winner.
REASONS = """array_remove(ARRAY[
    CASE WHEN NOT r.is_automatic THEN 'needs_approval' END,
    CASE WHEN d.confidence < %(auto_apply)s THEN 'low_confidence' END,
    CASE WHEN NOT r.skips_review AND %(competing)s::numeric IS NOT NULL AND cardinality(d.matched) > 1 AND (
            SELECT count(DISTINCT o.to_tag_id) FROM trusted AS t JOIN lifecycle_transitionrule AS o ON o.id = t.id
            WHERE t.id = ANY(d.matched) AND t.confidence > %(competing)s::numeric) > 1
        THEN 'competing_rules' END,
    CASE WHEN NOT r.skips_review
            AND (%(valuable_spend)s::numeric IS NOT NULL OR cardinality(%(valuable_products)s::text[]) > 0)
            AND EXISTS (SELECT FROM lifecycle_transitionrule AS o JOIN lifecycle_statustag AS g ON g.id = o.to_tag_id
                WHERE o.id = ANY(d.matched) AND (g.category = 'churned' OR (g.category = 'risk'
                    AND 'risk' IS DISTINCT FROM (SELECT category FROM lifecycle_statustag WHERE id = d.tag_id))))
            AND ((SELECT product_tag FROM lifecycle_customer WHERE id = d.customer_id) = ANY(%(valuable_products)s)
                OR (SELECT total_spend FROM lifecycle_customerfacts WHERE customer_id = d.customer_id)
                    > %(valuable_spend)s::numeric)
        THEN 'high_value' END,
    CASE WHEN NOT r.skips_review AND %(rapid)s::int IS NOT NULL AND (
            SELECT count(*) FROM (SELECT * FROM lifecycle_transition WHERE customer_id = d.customer_id OFFSET 0) AS t
            WHERE t.lifecycle_id = %(lifecycle)s AND t.applied_at <= %(as_of)s
              AND t.applied_at > %(as_of)s - make_interval(days => %(rapid_days)s)) >= %(rapid)s::int
        THEN 'rapid_changes' END,
    CASE WHEN NOT r.skips_review AND %(risk_indicators)s::int IS NOT NULL AND (
            SELECT risk_indicator_count FROM lifecycle_collectedmetrics AS c WHERE c.customer_id = d.customer_id)
            > %(risk_indicators)s::int
        THEN 'risk_indicators' END,
    CASE WHEN %(asks)s AND (
            SELECT EXISTS (
                SELECT FROM lifecycle_recommendation WHERE lifecycle_id = %(lifecycle)s AND state = 'pending'))
        AND EXISTS (
            SELECT FROM (SELECT * FROM lifecycle_recommendation WHERE customer_id = d.customer_id OFFSET 0) AS p
            WHERE p.lifecycle_id = %(lifecycle)s AND p.state = 'pending'
              AND p.rule_id = d.rule_id AND p.from_tag_id IS NOT DISTINCT FROM d.tag_id)
        THEN 'already_asked' END
], NULL)"""

# The same for one customer that meets the rules {matched}, of which {rule} wins: what an explanation says beforehand.
REASONS_OF_ONE = f"""
WITH trusted AS MATERIALIZED (
    SELECT * FROM unnest(%(rule_ids)s::bigint[], %(confidences)s::numeric[]) AS t(id, confidence)
)
SELECT {REASONS}
FROM (SELECT %(customer)s::bigint AS customer_id, %(tag)s::bigint AS tag_id, %(rule)s::bigint AS rule_id,
             %(matched)s::bigint[] AS matched, %(confidence)s::numeric AS confidence) AS d
JOIN lifecycle_transitionrule AS r ON r.id = d.rule_id
"""

# The customers of a pass: all from one to another, or some by their ids.
IN_RANGE = "customer_id BETWEEN %(first)s AND %(last)s"
THESE = "customer_id = ANY(%(customers)s)"

# Plan the rest of the transaction for few customers among many. Without it, a guess about the number of rows makes
# PostgreSQL read whole tables for a handful of customers, at a price that grows with all of them.
PLAN_FOR_FEW = """
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_mergejoin', 'off', true),
       set_config('random_page_cost', '1.1', true)
"""

# An array is read once; as a set, PostgreSQL may read it again for each row, which takes minutes and skips locked rows
# differently each time.
#
# Take the marks up to an id and the due checks of up to {limit} customers each, and name the customers. A tag that was
# entered after the instant of the evaluation is left alone: its check stays due, and its customer is marked again.
TAKE_CHANGED = """
WITH marks AS (
    DELETE FROM lifecycle_dirtymark WHERE id = ANY(ARRAY(
        SELECT id FROM lifecycle_dirtymark
        WHERE lifecycle_id = %(lifecycle)s AND id <= %(last_mark)s ORDER BY id LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED))
    RETURNING customer_id
), marked AS (
    SELECT s.customer_id, s.entered_at FROM lifecycle_customerstatus AS s
    WHERE s.lifecycle_id = %(lifecycle)s AND s.customer_id = ANY(ARRAY(SELECT customer_id FROM marks))
), left_alone AS (
    INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id)
    SELECT %(lifecycle)s, customer_id FROM marked WHERE entered_at > %(as_of)s
)
SELECT (SELECT count(*) FROM marks), ARRAY(
    SELECT customer_id FROM marked WHERE entered_at IS NULL OR entered_at <= %(as_of)s
    UNION SELECT customer_id FROM lifecycle_customerstatus WHERE (entered_at IS NULL OR entered_at <= %(as_of)s)
          AND id = ANY(ARRAY(SELECT status_id FROM lifecycle_nextcheck
                             WHERE lifecycle_id = %(lifecycle)s AND at <= %(as_of)s ORDER BY at LIMIT %(limit)s)))
"""

# The same for some customers: their marks only, and they themselves though nothing is new.
TAKE_SELECTED = """
WITH marks AS (
    DELETE FROM lifecycle_dirtymark WHERE id = ANY(ARRAY(
        SELECT id FROM lifecycle_dirtymark
        WHERE lifecycle_id = %(lifecycle)s AND customer_id = ANY(%(customers)s) FOR UPDATE SKIP LOCKED))
    RETURNING customer_id
), named AS (
    SELECT s.customer_id, s.entered_at FROM lifecycle_customerstatus AS s
    WHERE s.lifecycle_id = %(lifecycle)s AND s.customer_id = ANY(%(customers)s)
), left_alone AS (
    INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id)
    SELECT %(lifecycle)s, customer_id FROM named WHERE entered_at > %(as_of)s
)
SELECT (SELECT count(*) FROM marks),
       ARRAY(SELECT customer_id FROM named WHERE entered_at IS NULL OR entered_at <= %(as_of)s)
"""

# The latest mark of a lifecycle: a run takes those up to it, so that it ends though news keeps coming.
LAST_MARK = "SELECT COALESCE(max(id), 0) FROM lifecycle_dirtymark WHERE lifecycle_id = %(lifecycle)s"

# Claim the next open range of a running evaluation. The claim is a lock, not a lease: the whole work on
# a range is one transaction, so a worker that dies gives the range back at once and leaves nothing behind.
CLAIM_CHUNK = """
SELECT c.id, c.first_customer, c.last_customer
FROM lifecycle_evaluationchunk AS c JOIN lifecycle_evaluation AS e ON e.id = c.evaluation_id
WHERE c.evaluation_id = %(evaluation)s AND c.done_at IS NULL AND e.state = 'running'
ORDER BY c.id LIMIT 1 FOR UPDATE OF c SKIP LOCKED
"""

# Close an evaluation whose ranges are all done, with the sums of its ranges. One of many callers gets the row.
FINISH = """
UPDATE lifecycle_evaluation AS e
SET state = 'done', finished_at = %(now)s, evaluated = t.evaluated, moved = t.moved, waiting = t.waiting
FROM (SELECT sum(evaluated) AS evaluated, sum(moved) AS moved, sum(waiting) AS waiting,
             bool_and(done_at IS NOT NULL) AS is_done
      FROM lifecycle_evaluationchunk WHERE evaluation_id = %(evaluation)s) AS t
WHERE e.id = %(evaluation)s AND e.state = 'running' AND t.is_done
RETURNING e.id
"""

# Give every customer its facts, and a status with its next check in one lifecycle; those that are there stay, and who
# was erased gets none.
ENROLL_EVERYBODY = """
WITH facts AS (
    INSERT INTO lifecycle_customerfacts (customer_id)
    SELECT c.id FROM lifecycle_customer AS c
    WHERE NOT EXISTS (SELECT FROM lifecycle_customerfacts AS f WHERE f.customer_id = c.id)
    ORDER BY c.id ON CONFLICT DO NOTHING
), statuses AS (
    INSERT INTO lifecycle_customerstatus (lifecycle_id, customer_id, tag_id)
    SELECT %(lifecycle)s, c.id, (SELECT id FROM lifecycle_statustag WHERE lifecycle_id = %(lifecycle)s AND is_initial)
    FROM lifecycle_customer AS c
    WHERE c.external_id NOT LIKE 'erased:%%' AND NOT EXISTS (
        SELECT FROM lifecycle_customerstatus AS s WHERE s.lifecycle_id = %(lifecycle)s AND s.customer_id = c.id)
    ORDER BY c.id ON CONFLICT DO NOTHING
    RETURNING id, customer_id
), checks AS (
    INSERT INTO lifecycle_nextcheck (status_id, lifecycle_id) SELECT id, %(lifecycle)s FROM statuses
), marks AS (
    INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id) SELECT %(lifecycle)s, customer_id FROM statuses
)
SELECT count(*) FROM statuses
"""

# Give every customer without a tag one, as the system; NULL stands for all customers.
INITIALIZE = """
WITH untagged AS (
    SELECT s.id, s.customer_id, f.last_event_at
    FROM lifecycle_customerstatus AS s LEFT JOIN lifecycle_customerfacts AS f ON f.customer_id = s.customer_id
    WHERE s.lifecycle_id = %(lifecycle)s AND s.tag_id IS NULL AND (s.pinned_until IS NULL OR s.pinned_until <= %(now)s)
        AND (%(customers)s::bigint[] IS NULL OR s.customer_id = ANY(%(customers)s::bigint[]))
    ORDER BY s.customer_id FOR NO KEY UPDATE OF s
), moved AS (
    UPDATE lifecycle_customerstatus AS s
    SET tag_id = %(tag)s, version = s.version + 1, entered_at = %(now)s,
        seen_until = GREATEST(%(day_end)s, u.last_event_at)
    FROM untagged AS u WHERE s.id = u.id
    RETURNING s.customer_id
), recorded AS (
    INSERT INTO lifecycle_transition (lifecycle_id, customer_id, to_tag_id, applied_at, recorded_at, reason, evidence)
    SELECT %(lifecycle)s, customer_id, %(tag)s, %(now)s, %(now)s, %(reason)s, '{}' FROM moved ORDER BY customer_id
    RETURNING id, customer_id
), announced AS (
    INSERT INTO lifecycle_outboxmessage (topic, customer_id, subject_id, created_at)
    SELECT 'transition', customer_id, id, %(now)s FROM recorded
), marked AS (
    INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id) SELECT %(lifecycle)s, customer_id FROM moved
)
SELECT count(*) FROM moved
"""
