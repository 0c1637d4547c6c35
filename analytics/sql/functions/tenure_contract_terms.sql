-- Each version of each contract, and when it was in force, from and to (exclusive): from when it was written until the
-- next version, within the contract's own days; the end date is its last day. A deleted account's last version ends.
CREATE OR REPLACE FUNCTION tenure_contract_terms(owners bigint[])
RETURNS TABLE (
    customer_id bigint, annual_revenue numeric, renewal_on date, known_from timestamptz, known_to timestamptz,
    in_force_from timestamptz, in_force_to timestamptz
) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT v.customer_id, v.annual_revenue, COALESCE(v.renewal_date, v.contract_end_date), v.known_from, v.known_to,
        GREATEST(v.known_from, v.contract_start_date::timestamp AT TIME ZONE 'UTC'),
        LEAST(v.known_to, (v.contract_end_date + 1)::timestamp AT TIME ZONE 'UTC')
    FROM (
        SELECT written.*, COALESCE(lead(written.known_from) OVER (
            PARTITION BY written.customer_id ORDER BY written.known_from, written.pgh_id), 'infinity') AS known_to
        FROM (
            SELECT e.*, CASE e.pgh_label WHEN 'delete' THEN e.pgh_created_at ELSE e.updated_at END AS known_from
            FROM customer_success_accountevent AS e JOIN tenure_customers(owners) AS c ON c.id = e.customer_id
        ) AS written
    ) AS v
    WHERE v.pgh_label <> 'delete'
$$;
