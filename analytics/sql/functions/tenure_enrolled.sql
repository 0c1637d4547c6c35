-- Who was there at an instant, since when, and in which cohort. A customer enrolls with its first event; who has none,
-- when it was created (that of an imported history is the day of the import, so its events go first). Cohorts are
-- months of enrollment, or values of the customer: their place among those shown, -1 for others, 0 for no value.
CREATE OR REPLACE FUNCTION tenure_enrolled(
    owners bigint[], as_of timestamptz, grouping_by text, trait text, shown text[]
)
RETURNS TABLE (customer_id bigint, enrolled_at timestamptz, cohort int) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT c.id, COALESCE(f.first_event_at, c.created_at), CASE
        WHEN grouping_by = 'month' THEN tenure_calendar_month(COALESCE(f.first_event_at, c.created_at))
        WHEN tenure_cohort_value(c.plan, c.tier, c.product_tag, c.traits, grouping_by, trait) IS NULL THEN 0
        ELSE COALESCE(array_position(
            shown, tenure_cohort_value(c.plan, c.tier, c.product_tag, c.traits, grouping_by, trait)
        ), -1) END
    FROM tenure_customers(owners) AS c LEFT JOIN lifecycle_customerfacts AS f ON f.customer_id = c.id
    WHERE COALESCE(f.first_event_at, c.created_at) <= as_of
$$;
