-- Answers: What did each version of a rule do, and did it stand?
-- Note: Moves: by the rule, alone (automatic) or approved by a person. taken_back: by a rollback; put_back: by a person
-- Note: within 14 days; young: may still be put back. Reviews: what people approved and rejected in the time, and the
-- Note: median of how long a person could have decided: since it was asked, and not before the evaluation that asks ran,
-- Note: which in a replay is years later (timed: how many). The noes that a rollback writes by itself do not count. The
-- Note: row without a rule is of all of them.
WITH moved AS (
    SELECT COALESCE(rule_id, 0) AS rule_id, count(*) AS moves, count(*) FILTER (WHERE by_id IS NULL) AS automatic,
        count(*) FILTER (WHERE became = 'taken_back') AS taken_back,
        count(*) FILTER (WHERE became = 'put_back') AS put_back, count(*) FILTER (WHERE became = 'young') AS young
    FROM tenure_rule_moves(%(owners)s, %(lifecycle)s, %(since)s, %(until)s, %(as_of)s)
    GROUP BY GROUPING SETS ((rule_id), ())
), reviewed AS (
    SELECT COALESCE(rule_id, 0) AS rule_id, count(*) FILTER (WHERE state = 'approved') AS approved,
        count(*) FILTER (WHERE state = 'rejected') AS rejected,
        count(hours) AS timed, percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) AS hours
    FROM tenure_decisions(%(owners)s, %(lifecycle)s, %(since)s, %(until)s, %(as_of)s)
    GROUP BY GROUPING SETS ((rule_id), ())
)
SELECT NULLIF(rule_id, 0) AS rule_id, r.name, r.version, t.code AS to_tag,
    COALESCE(m.moves, 0) AS moves, COALESCE(m.automatic, 0) AS automatic,
    COALESCE(m.taken_back, 0) AS taken_back, COALESCE(m.put_back, 0) AS put_back, COALESCE(m.young, 0) AS young,
    COALESCE(d.approved, 0) AS approved, COALESCE(d.rejected, 0) AS rejected, d.hours,
    COALESCE(d.timed, 0) AS timed
FROM moved AS m FULL JOIN reviewed AS d USING (rule_id)
LEFT JOIN lifecycle_transitionrule AS r ON r.id = rule_id
LEFT JOIN lifecycle_statustag AS t ON t.id = r.to_tag_id
ORDER BY rule_id <> 0, m.moves DESC NULLS LAST, r.name, r.version
