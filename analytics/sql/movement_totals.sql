-- Answers: How did revenue move from each period to the next, and what came of it?
-- The rows ``total`` are the revenue of a period (in ``after``), summed apart from the movements that explain it.
SELECT m.period, p.part, m.movement, count(*) AS customers, sum(m.before) AS before, sum(m.after) AS after
FROM tenure_movements(%(basis)s, %(unit)s, %(owners)s, %(since)s, %(until)s) AS m
JOIN tenure_parts(%(split)s, %(owners)s) AS p ON p.customer_id = m.customer_id
GROUP BY 1, 2, 3
UNION ALL
SELECT r.period, p.part, 'total', count(*), 0, sum(r.amount)
FROM tenure_revenue(%(basis)s, %(unit)s, %(owners)s, (%(since)s::date - tenure_step(%(unit)s))::date, %(until)s) AS r
JOIN tenure_parts(%(split)s, %(owners)s) AS p ON p.customer_id = r.customer_id
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
