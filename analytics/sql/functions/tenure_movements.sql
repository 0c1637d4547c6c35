-- How the revenue of each customer moved from the period before to each of these: new (it never brought any before),
-- reactivation (it did, not in the period before), expansion, contraction, churn, or unchanged.
CREATE OR REPLACE FUNCTION tenure_movements(basis text, unit text, owners bigint[], since date, until date)
RETURNS TABLE (customer_id bigint, period date, movement text, before numeric, after numeric) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT p.customer_id, p.period,
        CASE
            WHEN p.before = 0 AND f.first_at < p.period::timestamp AT TIME ZONE 'UTC' THEN 'reactivation'
            WHEN p.before = 0 THEN 'new'
            WHEN p.after = 0 THEN 'churn'
            WHEN p.after > p.before THEN 'expansion'
            WHEN p.after < p.before THEN 'contraction'
            ELSE 'unchanged'
        END,
        p.before, p.after
    FROM (
        SELECT r.customer_id, side.period, sum(side.before) AS before, sum(side.after) AS after
        FROM tenure_revenue(basis, unit, owners, (since - tenure_step(unit))::date, until) AS r
        CROSS JOIN LATERAL (
            VALUES (r.period, 0, r.amount), ((r.period + tenure_step(unit))::date, r.amount, 0)
        ) AS side (period, before, after)
        WHERE side.period >= since AND side.period < until
        GROUP BY 1, 2
    ) AS p
    LEFT JOIN tenure_first_revenue(basis, owners) AS f ON f.customer_id = p.customer_id
$$;
