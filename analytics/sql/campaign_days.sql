-- Answers: How many entered campaigns, reached the goal, and were sent a message on each day (UTC)?
WITH told AS (
    SELECT e.entered_at AS at, 1 AS entered, 0 AS converted, 0 AS sent
    FROM tenure_enrollments(%(campaign)s, %(owners)s, %(since)s, %(until)s, %(as_of)s) AS e
    UNION ALL
    SELECT e.converted_at, 0, 1, 0 FROM campaigns_enrollment AS e
    JOIN tenure_customers(%(owners)s) AS c ON c.id = e.customer_id
    WHERE (%(campaign)s::bigint IS NULL OR e.campaign_id = %(campaign)s)
      AND e.converted_at >= %(since)s AND e.converted_at < %(until)s AND e.converted_at <= %(as_of)s
    UNION ALL
    SELECT d.accepted_at, 0, 0, 1 FROM campaigns_delivery AS d
    JOIN tenure_customers(%(owners)s) AS c ON c.id = d.customer_id
    WHERE (%(campaign)s::bigint IS NULL OR d.campaign_id = %(campaign)s) AND d.campaign_id IS NOT NULL
      AND d.accepted_at >= %(since)s AND d.accepted_at < %(until)s AND d.accepted_at <= %(as_of)s
)
SELECT (at AT TIME ZONE 'UTC')::date AS day, sum(entered) AS entered, sum(converted) AS converted, sum(sent) AS sent
FROM told
GROUP BY 1
ORDER BY 1
