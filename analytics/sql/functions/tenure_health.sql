-- The health of each customer at an instant: that which was written last by then.
CREATE OR REPLACE FUNCTION tenure_health(as_of timestamptz)
RETURNS TABLE (customer_id bigint, score smallint, level varchar, trend varchar) LANGUAGE sql STABLE AS $$
    SELECT h.customer_id, h.score, h.level, h.trend FROM customer_success_customerhealth AS h
    WHERE h.day <= (as_of AT TIME ZONE 'UTC')::date
    UNION ALL
    SELECT h.customer_id, past.score, past.level, past.trend
    FROM customer_success_customerhealth AS h CROSS JOIN LATERAL (
        SELECT s.score, s.level, s.trend FROM customer_success_healthscore AS s
        WHERE s.customer_id = h.customer_id AND s.day <= (as_of AT TIME ZONE 'UTC')::date ORDER BY s.day DESC LIMIT 1
    ) AS past
    WHERE h.day > (as_of AT TIME ZONE 'UTC')::date
$$;
