-- When each customer first brought revenue: by its contract, or by an order that was paid for.
CREATE OR REPLACE FUNCTION tenure_first_revenue(basis text, owners bigint[])
RETURNS TABLE (customer_id bigint, first_at timestamptz) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT o.customer_id, min(o.ordered_at)
    FROM lifecycle_order AS o JOIN tenure_customers(owners) AS c ON c.id = o.customer_id
    WHERE basis = 'orders' AND o.amount > 0 GROUP BY o.customer_id
    UNION ALL
    SELECT k.customer_id, min(k.in_force_from)
    FROM tenure_contract_terms(owners) AS k
    WHERE basis = 'contracts' AND k.annual_revenue > 0 AND k.in_force_from < k.in_force_to GROUP BY k.customer_id
$$;
