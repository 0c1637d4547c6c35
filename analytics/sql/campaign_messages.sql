-- Answers: What became of the messages that each campaign planned in a period, and why were some not sent?
-- A state that was reached later is told as what was known: clicked, opened, accepted, in work or planned.
WITH refused AS (
    SELECT DISTINCT delivery_id FROM campaigns_consententry
    WHERE delivery_id IS NOT NULL AND NOT is_given AND at <= %(as_of)s
), messages AS (
    SELECT d.*, r.delivery_id IS NOT NULL AS is_unsubscribed, CASE
        WHEN d.ended_at IS NULL OR d.ended_at <= %(as_of)s THEN d.state
        WHEN d.clicked_at <= %(as_of)s THEN 'clicked'
        WHEN d.opened_at <= %(as_of)s THEN 'opened'
        WHEN d.accepted_at <= %(as_of)s THEN 'accepted'
        WHEN d.sending_at <= %(as_of)s THEN 'sending'
        ELSE 'planned' END AS state_then
    FROM campaigns_delivery AS d
    JOIN tenure_customers(%(owners)s) AS c ON c.id = d.customer_id
    LEFT JOIN refused AS r ON r.delivery_id = d.id
    WHERE (%(campaign)s::bigint IS NULL OR d.campaign_id = %(campaign)s) AND d.campaign_id IS NOT NULL
      AND d.planned_at >= %(since)s AND d.planned_at < %(until)s AND d.planned_at <= %(as_of)s
)
SELECT campaign_id AS campaign, channel, state_then AS state,
    CASE WHEN state_then = 'skipped' THEN reason ELSE '' END AS reason, count(*) AS n,
    count(*) FILTER (WHERE opened_at <= %(as_of)s) AS opened,
    count(*) FILTER (WHERE clicked_at <= %(as_of)s) AS clicked,
    count(*) FILTER (WHERE is_unsubscribed) AS unsubscribed
FROM messages
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
