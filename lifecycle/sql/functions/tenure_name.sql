-- What a customer is called, as ``str(customer)`` says it.
CREATE OR REPLACE FUNCTION tenure_name(customer lifecycle_customer)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN starts_with(customer.external_id, 'erased:') THEN 'Erased customer ' || customer.id::text
        ELSE COALESCE(NULLIF(customer.name, ''), NULLIF(customer.email, ''), customer.external_id) END
$$;
