-- Answers: Which customers were in some status tags of a lifecycle at an instant, who came there last first?
-- Note: ``n`` is how many there are, also where not all are listed.
SELECT c.id AS customer_id, tenure_name(c) AS name, t.code AS tag, s.entered_at, u.username AS owner,
    count(*) OVER () AS n
FROM tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s
JOIN lifecycle_statustag AS t ON t.id = s.tag_id
JOIN lifecycle_customer AS c ON c.id = s.customer_id
LEFT JOIN auth_user AS u ON u.id = c.owner_id
WHERE t.code = ANY(%(tags)s)
ORDER BY s.entered_at DESC NULLS LAST, c.id
LIMIT %(most)s
