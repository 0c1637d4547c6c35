-- Answers: Which customers were in some status tags of a lifecycle at an instant, who came there last first?
-- Note: ``n`` is how many there are, also where not all are listed.
WITH found AS MATERIALIZED (
    SELECT s.customer_id, s.tag_id, s.entered_at
    FROM tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s
    WHERE s.tag_id = ANY (ARRAY(
        SELECT t.id FROM lifecycle_statustag AS t WHERE t.lifecycle_id = %(lifecycle)s AND t.code = ANY(%(tags)s)
    ))
)
SELECT c.id AS customer_id, tenure_name(c) AS name, t.code AS tag, s.entered_at, u.username AS owner,
    (SELECT count(*) FROM found) AS n
FROM (SELECT * FROM found ORDER BY entered_at DESC NULLS LAST, customer_id LIMIT %(most)s) AS s
JOIN lifecycle_statustag AS t ON t.id = s.tag_id
JOIN lifecycle_customer AS c ON c.id = s.customer_id
LEFT JOIN auth_user AS u ON u.id = c.owner_id
ORDER BY s.entered_at DESC NULLS LAST, c.id
