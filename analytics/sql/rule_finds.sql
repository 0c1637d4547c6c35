-- Answers: Whom did rules move into risk, how soon, and where did they go from there?
-- Note: The newest first. only: detected (moves of which it is known how many days the rule was late, as in
-- Note: risk_detection), at_risk (customers, each with the latest move that stands, as in automation_risk), recovered
-- Note: (those of them whose first move out of risk that stands led to a learning or active tag). ``n`` is how many
-- Note: there are, also where not all are listed.
WITH moved AS MATERIALIZED (
    SELECT * FROM tenure_found_at_risk(%(owners)s, %(lifecycle)s, %(since)s, %(until)s, %(as_of)s)
), found AS MATERIALIZED (
    SELECT * FROM moved WHERE %(only)s = 'detected' AND late IS NOT NULL
    UNION ALL
    SELECT m.* FROM (
        SELECT DISTINCT ON (customer_id) * FROM moved WHERE %(only)s <> 'detected' AND stands
        ORDER BY customer_id, applied_at DESC, id DESC
    ) AS m LEFT JOIN lifecycle_statustag AS t ON t.id = m.came_to
    WHERE %(only)s = 'at_risk' OR t.category IN ('learning', 'active')
)
SELECT c.id AS customer_id, tenure_name(c) AS name, f.code AS from_tag, t.code AS to_tag, m.applied_at,
    r.name AS rule, r.version, m.late, m.stands, w.code AS came_to, (SELECT count(*) FROM found) AS n
FROM (SELECT * FROM found ORDER BY applied_at DESC, id DESC LIMIT %(most)s) AS m
JOIN lifecycle_customer AS c ON c.id = m.customer_id
JOIN lifecycle_transitionrule AS r ON r.id = m.rule_id
JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
LEFT JOIN lifecycle_statustag AS f ON f.id = m.from_tag_id
LEFT JOIN lifecycle_statustag AS w ON w.id = m.came_to
ORDER BY m.applied_at DESC, m.id DESC
