-- Answers: How many entered each campaign, by version, how did it end for them, and how many reached its goal?
-- Customers: enrollments that are the first of their customer in the campaign. Converted: those of them with the goal.
SELECT e.campaign_id AS campaign, v.number AS version, e.end_reason AS reason, count(*) AS enrolled,
    count(*) FILTER (WHERE e.is_first) AS customers,
    count(*) FILTER (WHERE e.is_first AND e.converted_at IS NOT NULL) AS converted
FROM tenure_enrollments(%(campaign)s, %(owners)s, %(since)s, %(until)s, %(as_of)s) AS e
JOIN campaigns_campaignversion AS v ON v.id = e.version_id
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
