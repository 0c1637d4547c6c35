-- That by which a customer is put into a cohort, as a text; without a value NULL.
CREATE OR REPLACE FUNCTION tenure_cohort_value(
    plan text, tier text, product_tag text, traits jsonb, grouping_by text, trait text
)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT NULLIF(CASE grouping_by
        WHEN 'plan' THEN plan WHEN 'tier' THEN tier WHEN 'product_tag' THEN product_tag
        WHEN 'trait' THEN traits ->> trait END, '')
$$;
