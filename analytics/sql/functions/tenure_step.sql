-- How long a period is: month, quarter or year.
CREATE OR REPLACE FUNCTION tenure_step(unit text)
RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE unit WHEN 'month' THEN interval '1 month' WHEN 'quarter' THEN interval '3 months'
                     WHEN 'year' THEN interval '1 year' END
$$;
