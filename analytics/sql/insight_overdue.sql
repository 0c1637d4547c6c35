-- Answers: Whose health fell by 5 points or more in the last 30 days, by whether a task was overdue before these?
SELECT h.customer_id, 'tasks' AS dimension, CASE WHEN EXISTS (
        SELECT FROM customer_success_task AS t
        WHERE t.customer_id = h.customer_id
          AND t.due_at < %(as_of)s::timestamptz - interval '30 days'
          AND t.created_at <= %(as_of)s::timestamptz - interval '30 days'
          AND (t.closed_at IS NULL OR t.closed_at > %(as_of)s::timestamptz - interval '30 days')
    ) THEN 'overdue' ELSE 'without' END AS part, (h.score - n.score >= 5)::int AS value
FROM tenure_portfolio(%(owners)s, %(account)s, %(as_of)s::timestamptz - interval '30 days') AS h
JOIN tenure_health(%(owners)s, %(as_of)s) AS n ON n.customer_id = h.customer_id
