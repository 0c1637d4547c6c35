-- Answers: Who has been in the same risk tag for longest?
SELECT c.id AS customer_id, tenure_name(c) AS name, t.code AS tag, s.entered_at,
    floor(extract(epoch FROM %(as_of)s - s.entered_at) / 86400)::int AS days
FROM tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s
JOIN lifecycle_statustag AS t ON t.id = s.tag_id AND t.category = 'risk'
JOIN tenure_customers(%(owners)s) AS c ON c.id = s.customer_id
ORDER BY s.entered_at, c.id LIMIT 10
