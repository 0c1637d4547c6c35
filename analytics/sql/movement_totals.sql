-- Answers: How did revenue move from each period to the next, and what came of it?
-- Note: C0 are the customers with revenue at the start of a period. GRR (gross revenue retention) = what they pay at its
-- Note: end, of each at most what it paid at the start / their revenue at the start. NRR (net revenue retention) = what
-- Note: they pay at the end / their revenue at the start. Logo churn = those of C0 without revenue at the end / C0; logo
-- Note: retention is the rest. New and reactivated customers are in neither: they are movements only. Movements (new,
-- Note: reactivation, expansion, contraction, churn) add up to end - start. Contracts count with annual revenue / 12 at
-- Note: the end of each month (MRR), orders with what was paid in the period.
-- The rows ``total`` are the revenue of a period (in ``after``), summed apart from the movements that explain it.
-- Without a split nobody's part is looked up.
SELECT m.period, CASE WHEN %(split)s::text IS NULL THEN '' ELSE p.part END AS part, m.movement,
    count(*) AS customers, sum(m.before) AS before, sum(m.after) AS after
FROM tenure_movements(%(basis)s, %(unit)s, %(owners)s, %(since)s, %(until)s) AS m
LEFT JOIN tenure_parts(%(split)s, %(owners)s) AS p ON p.customer_id = m.customer_id
GROUP BY 1, 2, 3
UNION ALL
SELECT r.period, CASE WHEN %(split)s::text IS NULL THEN '' ELSE p.part END, 'total', count(*), 0, sum(r.amount)
FROM tenure_revenue(%(basis)s, %(unit)s, %(owners)s, (%(since)s::date - tenure_step(%(unit)s))::date, %(until)s) AS r
LEFT JOIN tenure_parts(%(split)s, %(owners)s) AS p ON p.customer_id = r.customer_id
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
