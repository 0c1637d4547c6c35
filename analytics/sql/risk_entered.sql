-- Answers: Who entered a risk tag lately, by which rule, and where are they now?
WITH entered AS (
    SELECT m.id, m.customer_id, m.from_tag_id, m.to_tag_id, m.applied_at, m.rule_id,
        tenure_name(c) AS name
    FROM tenure_moves_made(%(lifecycle)s, %(since)s, %(until)s, %(as_of)s) AS m
    JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
    JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id AND t.category = 'risk'
    LEFT JOIN lifecycle_statustag AS f ON f.id = m.from_tag_id
    WHERE f.category IS DISTINCT FROM 'risk'
    ORDER BY m.applied_at DESC, m.id DESC LIMIT 20
)
SELECT e.customer_id, e.name, f.code AS from_tag, t.code AS to_tag, e.applied_at, r.name AS rule,
    last.code AS now_in
FROM entered AS e
JOIN lifecycle_statustag AS t ON t.id = e.to_tag_id
LEFT JOIN lifecycle_statustag AS f ON f.id = e.from_tag_id
LEFT JOIN lifecycle_transitionrule AS r ON r.id = e.rule_id
LEFT JOIN LATERAL (
    SELECT n.code FROM lifecycle_transition AS later LEFT JOIN lifecycle_statustag AS n ON n.id = later.to_tag_id
    WHERE later.customer_id = e.customer_id AND later.lifecycle_id = %(lifecycle)s AND later.applied_at <= %(as_of)s
    ORDER BY later.applied_at DESC, later.id DESC LIMIT 1
) AS last ON true
ORDER BY e.applied_at DESC, e.id DESC
