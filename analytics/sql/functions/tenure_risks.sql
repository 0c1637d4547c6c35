-- What is to be said of each customer whose health is followed. has_alert: one that is neither over nor resolved;
-- has_opportunity: a live one to expand. ``tenure_is_listed`` says in which lists it then stands.
CREATE OR REPLACE FUNCTION tenure_risks(owners bigint[], account bigint, as_of timestamptz)
RETURNS TABLE (
    customer_id bigint, score smallint, level varchar, trend varchar, has_alert boolean, has_opportunity boolean
) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT h.customer_id, h.score, h.level, h.trend,
        EXISTS (
            SELECT FROM customer_success_healthalert AS a
            WHERE a.customer_id = h.customer_id AND a.opened_at <= as_of AND (a.ended_at IS NULL OR a.ended_at > as_of)
              AND NOT (a.state = 'RESOLVED' AND a.handled_at <= as_of)),
        EXISTS (
            SELECT FROM customer_success_expansionopportunity AS o
            WHERE o.customer_id = h.customer_id AND o.detected_at <= as_of AND (o.ended_at IS NULL OR o.ended_at > as_of))
    FROM tenure_portfolio(owners, account, as_of) AS h
$$;
