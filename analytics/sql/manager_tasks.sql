-- Answers: How many tasks has each success manager open and overdue, and how fast were those of a period finished?
-- Tasks in the manager's own name, not those of a team's queue. Median hours: from made to done.
WITH known AS (
    SELECT t.owner_id, t.due_at, t.created_at, t.state, CASE WHEN t.closed_at <= %(as_of)s THEN t.closed_at END AS closed_at
    FROM customer_success_task AS t
    WHERE t.owner_id IS NOT NULL AND t.created_at <= %(as_of)s
      AND (%(owners)s::bigint[] IS NULL OR t.owner_id = ANY(%(owners)s))
      AND (t.closed_at IS NULL OR t.closed_at >= %(since)s)
), told AS (
    SELECT *, closed_at >= %(since)s AND closed_at < %(until)s AND state = 'DONE' AS is_done FROM known
)
SELECT owner_id AS manager, count(*) FILTER (WHERE closed_at IS NULL) AS open,
    count(*) FILTER (WHERE closed_at IS NULL AND due_at < %(as_of)s) AS overdue,
    count(*) FILTER (WHERE is_done) AS done,
    count(*) FILTER (WHERE is_done AND closed_at <= due_at) AS done_in_time,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - created_at) / 3600)
        FILTER (WHERE is_done) AS median_hours
FROM told
GROUP BY 1
ORDER BY 1
