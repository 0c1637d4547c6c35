-- The revenue of each customer in each period that starts on or after ``since`` and before ``until``; who had none has
-- no row. Contracts: a twelfth of the annual revenue that is in force in the period's last instant, in cents; closed
-- accounts have none. Orders: the sum of those in the period.
CREATE OR REPLACE FUNCTION tenure_revenue(basis text, unit text, owners bigint[], since date, until date)
RETURNS TABLE (customer_id bigint, period date, amount numeric) LANGUAGE sql STABLE AS $$
    SELECT o.customer_id, date_trunc(unit, o.ordered_at AT TIME ZONE 'UTC')::date, sum(o.amount)
    FROM lifecycle_order AS o JOIN tenure_customers(owners) AS c ON c.id = o.customer_id
    WHERE basis = 'orders' AND o.ordered_at >= since::timestamp AT TIME ZONE 'UTC'
        AND o.ordered_at < until::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1, 2 HAVING sum(o.amount) > 0
    UNION ALL
    SELECT k.customer_id, p.period, round(k.annual_revenue / 12, 2)
    FROM (
        SELECT starts::date AS period, (starts + tenure_step(unit)) AT TIME ZONE 'UTC' AS ends
        FROM generate_series(since::timestamp, until::timestamp - interval '1 day', tenure_step(unit)) AS starts
    ) AS p
    JOIN tenure_contract_terms(owners) AS k ON k.in_force_from < p.ends AND k.in_force_to >= p.ends
    WHERE basis = 'contracts' AND round(k.annual_revenue / 12, 2) > 0 AND NOT EXISTS (
        SELECT FROM tenure_closings(owners) AS closed
        WHERE closed.customer_id = k.customer_id AND closed.closed_from < p.ends AND closed.closed_to >= p.ends
    )
$$;
