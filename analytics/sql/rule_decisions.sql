-- Answers: Which recommendations of rules did people approve or reject, and how long did they take?
-- Note: The newest first. only: decided (all), rejected, timed (those of which it is known how long a person could
-- Note: have decided, as in automation_rules). ``n`` is how many there are, also where not all are listed.
WITH found AS MATERIALIZED (
    SELECT * FROM tenure_decisions(%(owners)s, %(lifecycle)s, %(since)s, %(until)s, %(as_of)s)
    WHERE %(only)s = 'decided' OR (%(only)s = 'rejected' AND state = 'rejected')
       OR (%(only)s = 'timed' AND hours IS NOT NULL)
)
SELECT c.id AS customer_id, tenure_name(c) AS name, f.code AS from_tag, t.code AS to_tag, r.name AS rule, r.version,
    d.state, u.username AS decided_by, d.decided_at, d.hours, (SELECT count(*) FROM found) AS n
FROM (SELECT * FROM found ORDER BY decided_at DESC, id DESC LIMIT %(most)s) AS d
JOIN lifecycle_customer AS c ON c.id = d.customer_id
JOIN lifecycle_transitionrule AS r ON r.id = d.rule_id
LEFT JOIN lifecycle_statustag AS f ON f.id = d.from_tag_id
LEFT JOIN lifecycle_statustag AS t ON t.id = r.to_tag_id
LEFT JOIN auth_user AS u ON u.id = d.decided_by_id
ORDER BY d.decided_at DESC, d.id DESC
