-- The customers of some success managers; NULL: everybody.
CREATE OR REPLACE FUNCTION tenure_customers(owners bigint[])
RETURNS SETOF lifecycle_customer LANGUAGE sql STABLE AS $$
    SELECT c.* FROM lifecycle_customer AS c WHERE owners IS NULL OR c.owner_id = ANY(owners)
$$;
