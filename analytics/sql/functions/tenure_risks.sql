-- What is to be said of each customer whose health is followed. has_alert: one that is neither over nor resolved;
-- has_opportunity: a live one to expand. ``tenure_is_listed`` says in which lists it then stands. Alerts and opportunities
-- of few customers are looked up by an array of these: the planner would read all there are for a join.
CREATE OR REPLACE FUNCTION tenure_risks(owners bigint[], account bigint, as_of timestamptz)
RETURNS TABLE (
    customer_id bigint, score smallint, level varchar, trend varchar, has_alert boolean, has_opportunity boolean
) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT h.customer_id, h.score, h.level, h.trend, alerted.customer_id IS NOT NULL, ready.customer_id IS NOT NULL
    FROM tenure_portfolio(owners, account, as_of) AS h
    LEFT JOIN (
        SELECT DISTINCT a.customer_id
        FROM customer_success_healthalert AS a
        WHERE a.opened_at <= as_of AND (a.ended_at IS NULL OR a.ended_at > as_of)
            AND NOT (a.state = 'RESOLVED' AND a.handled_at <= as_of)
            AND (owners IS NULL OR a.customer_id = ANY (ARRAY(SELECT c.id FROM tenure_customers(owners) AS c)))
    ) AS alerted ON alerted.customer_id = h.customer_id
    LEFT JOIN (
        SELECT DISTINCT o.customer_id
        FROM customer_success_expansionopportunity AS o
        WHERE o.detected_at <= as_of AND (o.ended_at IS NULL OR o.ended_at > as_of)
            AND (owners IS NULL OR o.customer_id = ANY (ARRAY(SELECT c.id FROM tenure_customers(owners) AS c)))
    ) AS ready ON ready.customer_id = h.customer_id
$$;
