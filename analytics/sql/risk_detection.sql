-- Answers: How long did it take until customers at risk were noticed?
-- Note: Of each move into a risk tag from outside risk. silent: days since the customer's last event before the move.
-- Note: late: days since the rule could have moved the customer. That is what its conditions "days since … at least N"
-- Note: had beyond N at the move (the least of those that held), so the wait that the rule itself asks for does
-- Note: not count. Other conditions may have become true later, so it is the most that it can have taken.
WITH entered AS (
    SELECT m.customer_id, m.applied_at, m.evidence, r.conditions
    FROM tenure_moves_made(%(lifecycle)s, %(since)s, %(until)s, %(as_of)s) AS m
    JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
    JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id AND t.category = 'risk'
    LEFT JOIN lifecycle_statustag AS f ON f.id = m.from_tag_id
    LEFT JOIN lifecycle_transitionrule AS r ON r.id = m.rule_id
    WHERE f.category IS DISTINCT FROM 'risk'
), timed AS (
    SELECT extract(epoch FROM e.applied_at - (
            SELECT v.occurred_at FROM lifecycle_event AS v
            WHERE v.customer_id = e.customer_id AND v.occurred_at <= e.applied_at ORDER BY v.occurred_at DESC LIMIT 1
        )) / 86400 AS silent, l.days AS late
    FROM entered AS e CROSS JOIN LATERAL tenure_days_late(e.conditions, e.evidence) AS l
)
SELECT count(*) AS entered, count(silent) AS silent_n, count(late) AS late_n,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY silent) AS silent_days,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY late) AS late_days,
    count(*) FILTER (WHERE late <= 3) AS within_3_days
FROM timed
