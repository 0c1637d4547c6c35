-- The health of each customer of some success managers at an instant: that which was written last by then. One plain
-- statement, as tenure_tags.
CREATE OR REPLACE FUNCTION tenure_health(owners bigint[], as_of timestamptz)
RETURNS TABLE (customer_id bigint, score smallint, level varchar, trend varchar) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT h.customer_id, COALESCE(past.score, h.score), COALESCE(past.level, h.level), COALESCE(past.trend, h.trend)
    FROM customer_success_customerhealth AS h
    LEFT JOIN tenure_customers(owners) AS c ON c.id = h.customer_id
    LEFT JOIN LATERAL (
        SELECT s.score, s.level, s.trend FROM customer_success_healthscore AS s
        WHERE h.day > (as_of AT TIME ZONE 'UTC')::date
          AND s.customer_id = h.customer_id AND s.day <= (as_of AT TIME ZONE 'UTC')::date
        ORDER BY s.day DESC LIMIT 1
    ) AS past ON true
    WHERE (owners IS NULL OR c.id IS NOT NULL)
        AND (h.day <= (as_of AT TIME ZONE 'UTC')::date OR past.score IS NOT NULL)
$$;
