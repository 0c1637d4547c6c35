-- The revenue of each customer in each period that starts on or after ``since`` and before ``until``; who had none has
-- no row. Contracts: a twelfth of the annual revenue that is in force in the period's last instant, in cents; closed
-- accounts have none. Orders: the sum of those in the period.
CREATE OR REPLACE FUNCTION tenure_revenue(basis text, unit text, owners bigint[], since date, until date)
RETURNS TABLE (customer_id bigint, period date, amount numeric) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT o.customer_id, date_trunc(unit, o.ordered_at AT TIME ZONE 'UTC')::date, sum(o.amount)
    FROM lifecycle_order AS o JOIN tenure_customers(owners) AS c ON c.id = o.customer_id
    WHERE basis = 'orders' AND o.ordered_at >= since::timestamp AT TIME ZONE 'UTC'
        AND o.ordered_at < until::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1, 2 HAVING sum(o.amount) > 0
    UNION ALL
    SELECT r.customer_id, (r.before - tenure_step(unit))::date, round(r.annual_revenue / 12, 2)
    FROM tenure_contract_revenue(owners, since + tenure_step(unit), until::timestamp, tenure_step(unit)) AS r
    WHERE basis = 'contracts' AND round(r.annual_revenue / 12, 2) > 0
$$;
