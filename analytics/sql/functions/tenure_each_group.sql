-- The groups of a customer, one a row, as reports name them.
CREATE OR REPLACE FUNCTION tenure_each_group(tier text, plan text, industry text, company_size text)
RETURNS TABLE (dimension text, part text) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT d.dimension, left(d.part, 80)
    FROM (VALUES ('tier', tier), ('plan', plan), ('industry', industry), ('company_size', company_size)) AS d(dimension, part)
$$;
