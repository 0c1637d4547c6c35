-- Answers: How many whole days after entry did customers reach the goal?
-- First enrollments of a customer; ``median``: days of all of them, with fractions.
WITH reached AS (
    SELECT extract(epoch FROM e.converted_at - e.entered_at) / 86400 AS days
    FROM tenure_enrollments(%(campaign)s, %(owners)s, %(since)s, %(until)s, %(as_of)s) AS e
    WHERE e.is_first AND e.converted_at IS NOT NULL AND e.end_reason <> 'holdout'
)
SELECT floor(days)::int AS days, count(*) AS n,
    (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FROM reached) AS median
FROM reached
GROUP BY 1
ORDER BY 1
