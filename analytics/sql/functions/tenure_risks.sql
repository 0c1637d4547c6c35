-- What is to be said of each customer whose health is followed: its level, and in which of these lists it stands.
-- at_risk: fair or poor; churn_risk: poor; declining: by the trend of its score; to_look_at: poor or declining;
-- alerts: with an alert that is neither over nor resolved; expansion: healthy with a live opportunity.
CREATE OR REPLACE FUNCTION tenure_risks(owners bigint[], as_of timestamptz)
RETURNS TABLE (customer_id bigint, score smallint, level varchar, trend varchar, part text) LANGUAGE sql STABLE AS $$
    SELECT h.customer_id, h.score, h.level, h.trend, r.part
    FROM tenure_portfolio(owners, as_of) AS h
    CROSS JOIN LATERAL (VALUES
        ('all', true),
        (h.level, true),
        ('at_risk', h.level IN ('FAIR', 'POOR')),
        ('churn_risk', h.level = 'POOR'),
        ('declining', h.trend = 'DECLINING'),
        ('to_look_at', h.level = 'POOR' OR h.trend = 'DECLINING'),
        ('alerts', h.customer_id IN (
            SELECT a.customer_id FROM customer_success_healthalert AS a
            WHERE a.opened_at <= as_of AND (a.ended_at IS NULL OR a.ended_at > as_of)
              AND NOT (a.state = 'RESOLVED' AND a.handled_at <= as_of))),
        ('expansion', h.level IN ('GOOD', 'EXCELLENT') AND h.customer_id IN (
            SELECT o.customer_id FROM customer_success_expansionopportunity AS o
            WHERE o.detected_at <= as_of AND (o.ended_at IS NULL OR o.ended_at > as_of)))
    ) AS r(part, holds)
    WHERE r.holds
$$;
