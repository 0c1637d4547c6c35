-- Answers: Which moves did rules make, alone or approved by a person, and did each stand?
-- Note: The newest first. only: all, alone (no person approved it), reversed (taken back by a rollback, or put back by
-- Note: a person within 14 days). became: taken_back, put_back, young (may still be put back) or stood. ``n`` is how
-- Note: many there are, also where not all are listed.
WITH found AS MATERIALIZED (
    SELECT * FROM tenure_rule_moves(%(owners)s, %(lifecycle)s, %(since)s, %(until)s, %(as_of)s)
    WHERE %(only)s = 'all' OR (%(only)s = 'alone' AND by_id IS NULL)
       OR (%(only)s = 'reversed' AND became IN ('taken_back', 'put_back'))
)
SELECT c.id AS customer_id, tenure_name(c) AS name, f.code AS from_tag, t.code AS to_tag, m.applied_at,
    r.name AS rule, r.version, u.username AS approved_by, m.became, (SELECT count(*) FROM found) AS n
FROM (SELECT * FROM found ORDER BY applied_at DESC, id DESC LIMIT %(most)s) AS m
JOIN lifecycle_customer AS c ON c.id = m.customer_id
JOIN lifecycle_transitionrule AS r ON r.id = m.rule_id
LEFT JOIN lifecycle_statustag AS f ON f.id = m.from_tag_id
LEFT JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id
LEFT JOIN auth_user AS u ON u.id = m.by_id
ORDER BY m.applied_at DESC, m.id DESC
