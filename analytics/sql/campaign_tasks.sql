-- Answers: What became of the tasks that campaigns made in a period?
-- A task that was dropped when its customer left the campaign has no origin any more: state LEFT.
WITH made AS (
    SELECT r.campaign_id, t.due_at, r.done_at AS created_at,
        CASE WHEN t.id IS NULL THEN 'LEFT' WHEN t.closed_at <= %(as_of)s THEN t.state ELSE 'OPEN' END AS state,
        CASE WHEN t.closed_at <= %(as_of)s THEN t.closed_at END AS closed_at
    FROM campaigns_steprun AS r
    JOIN tenure_customers(%(owners)s) AS c ON c.id = r.customer_id
    LEFT JOIN customer_success_task AS t ON t.origin = 'step:' || r.id
    WHERE (%(campaign)s::bigint IS NULL OR r.campaign_id = %(campaign)s) AND r.kind = 'task' AND r.state = 'done'
      AND r.done_at >= %(since)s AND r.done_at < %(until)s AND r.done_at <= %(as_of)s
)
SELECT campaign_id AS campaign, state, count(*) AS n,
    count(*) FILTER (WHERE COALESCE(closed_at, %(as_of)s) > due_at) AS late,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - created_at) / 3600)
        FILTER (WHERE state = 'DONE') AS median_hours
FROM made
GROUP BY 1, 2
ORDER BY 1, 2
