-- Answers: Whom does each success manager look after, by tier, and how are they?
-- Of each (manager, tier): sums and counts, so that they add up. Account status: lifecycle ``lifecycle``. At risk, scores
-- and answers: of those that have not churned. Renewals: of the next 90 days. Revenue, dates and NPS answers: as they
-- stand today.
WITH mine AS (
    SELECT c.id, c.owner_id, c.tier, a.customer_id IS NOT NULL AND o.is_open AS is_account,
        t.code = 'AT_RISK' AS is_at_risk, a.annual_revenue,
        COALESCE(a.renewal_date, a.contract_end_date) AS renewal_date, p.nps_score, h.score, b.score AS score_before
    FROM tenure_customers(%(owners)s) AS c
    LEFT JOIN customer_success_account AS a ON a.customer_id = c.id
    LEFT JOIN tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s ON s.customer_id = c.id
    LEFT JOIN lifecycle_statustag AS t ON t.id = s.tag_id
    CROSS JOIN LATERAL (SELECT t.category IS DISTINCT FROM 'churned' AS is_open) AS o
    LEFT JOIN customer_success_successprofile AS p ON p.account_id = c.id AND o.is_open
    LEFT JOIN tenure_health(%(owners)s, %(as_of)s) AS h ON h.customer_id = c.id AND o.is_open
    LEFT JOIN tenure_health(%(owners)s, %(before)s) AS b ON b.customer_id = c.id AND o.is_open
    WHERE c.owner_id IS NOT NULL
)
SELECT owner_id AS manager, tier, count(*) AS customers, count(*) FILTER (WHERE is_account) AS accounts,
    COALESCE(sum(annual_revenue) FILTER (WHERE is_account), 0) AS revenue,
    count(*) FILTER (WHERE is_account AND is_at_risk) AS at_risk,
    count(score) AS scored, COALESCE(sum(score), 0) AS score_sum,
    count(*) FILTER (WHERE score IS NOT NULL AND score_before IS NOT NULL) AS scored_twice,
    COALESCE(sum(score - score_before), 0) AS change_sum,
    count(*) FILTER (WHERE is_account AND is_due) AS renewals,
    COALESCE(sum(annual_revenue) FILTER (WHERE is_account AND is_due), 0) AS renewal_revenue,
    count(nps_score) AS answers, count(*) FILTER (WHERE nps_score >= 9) AS promoters,
    count(*) FILTER (WHERE nps_score <= 6) AS detractors
FROM mine CROSS JOIN LATERAL (
    SELECT renewal_date >= (%(as_of)s AT TIME ZONE 'UTC')::date
        AND renewal_date < (%(as_of)s AT TIME ZONE 'UTC')::date + 90 AS is_due) AS due
GROUP BY 1, 2
ORDER BY 1, 2
