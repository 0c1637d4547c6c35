-- Answers: Whose revenue moved, and by how much?
-- The largest changes first; movement and part are NULL for all.
SELECT c.id AS customer_id, tenure_name(c) AS name, c.external_id, c.tier, c.plan,
    a.industry, m.movement, m.before, m.after, m.after - m.before AS change, count(*) OVER () AS customers,
    count(*) FILTER (WHERE m.before > 0) OVER () AS before_it, count(*) FILTER (WHERE m.after > 0) OVER () AS after_it,
    sum(m.after - m.before) OVER () AS changed
FROM tenure_movements(%(basis)s, %(unit)s, %(owners)s, %(since)s, %(until)s) AS m
JOIN lifecycle_customer AS c ON c.id = m.customer_id
LEFT JOIN customer_success_account AS a ON a.customer_id = c.id
JOIN tenure_parts(%(split)s, NULL) AS p ON p.customer_id = c.id
WHERE (%(movement)s::text IS NULL OR m.movement = %(movement)s) AND (%(part)s::text IS NULL OR p.part = %(part)s)
ORDER BY abs(m.after - m.before) DESC, m.after DESC, c.id
LIMIT %(most)s
