-- Answers: Did each success manager's customers get what was planned: milestones, reviews, contacts, answered alerts?
-- Milestones that were due in the period, of plans that are no drafts and not cancelled. Reviews: held of those due.
-- Contacts: calls, emails and meetings among done tasks, and reviews held. Alerts that were due: answered by then for the
-- first time, of those that did not recover by themselves before.
WITH mine AS (
    SELECT id, owner_id FROM tenure_customers(%(owners)s) AS c WHERE owner_id IS NOT NULL
), told AS (
    SELECT p.customer_id, 'milestone' AS what,
        m.completed_at <= %(as_of)s AND (m.completed_at AT TIME ZONE 'UTC')::date <= m.due_date AS is_good
    FROM customer_success_planmilestone AS m JOIN customer_success_successplan AS p ON p.id = m.plan_id
    WHERE p.status NOT IN ('DRAFT', 'CANCELLED') AND m.status <> 'CANCELLED' AND p.created_at <= %(as_of)s
      AND m.due_date >= (%(since)s AT TIME ZONE 'UTC')::date AND m.due_date < (%(until)s AT TIME ZONE 'UTC')::date
      AND (m.due_date < (%(as_of)s AT TIME ZONE 'UTC')::date OR m.completed_at <= %(as_of)s)
    UNION ALL
    SELECT customer_id, 'review', status = 'HELD' AND held_at <= %(as_of)s FROM customer_success_businessreview
    WHERE status <> 'CANCELLED' AND scheduled_for >= %(since)s AND scheduled_for < %(until)s
      AND scheduled_for <= %(as_of)s
    UNION ALL
    SELECT customer_id, 'contact', TRUE FROM customer_success_businessreview
    WHERE status = 'HELD' AND held_at >= %(since)s AND held_at < %(until)s AND held_at <= %(as_of)s
    UNION ALL
    SELECT customer_id, 'contact', TRUE FROM customer_success_task
    WHERE state = 'DONE' AND type IN ('CALL', 'EMAIL', 'MEETING') AND closed_at >= %(since)s AND closed_at < %(until)s
      AND closed_at <= %(as_of)s
    UNION ALL
    SELECT customer_id, 'alert', answered_at <= due_at FROM customer_success_healthalert
    WHERE due_at >= %(since)s AND due_at < %(until)s AND due_at <= %(as_of)s
      AND (answered_at <= due_at OR ended_at IS NULL OR ended_at > due_at)
)
SELECT mine.owner_id AS manager, count(*) FILTER (WHERE what = 'milestone') AS milestones,
    count(*) FILTER (WHERE what = 'milestone' AND is_good) AS milestones_on_time,
    count(*) FILTER (WHERE what = 'review') AS reviews,
    count(*) FILTER (WHERE what = 'review' AND is_good) AS reviews_held,
    count(*) FILTER (WHERE what = 'contact') AS contacts,
    count(*) FILTER (WHERE what = 'alert') AS alerts,
    count(*) FILTER (WHERE what = 'alert' AND is_good) AS alerts_in_time
FROM told JOIN mine ON mine.id = told.customer_id
GROUP BY 1
ORDER BY 1
