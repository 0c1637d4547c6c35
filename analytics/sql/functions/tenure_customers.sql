-- The customers of some success managers; NULL: everybody. A statement that wants of them only who they are takes them
-- by LEFT JOIN and says (owners IS NULL OR c.id IS NOT NULL): of everybody the planner leaves that join out altogether.
-- Who is joined to customers found in this way is not restricted again (owners: NULL): the planner takes each restriction
-- for another one, expects hardly anybody of a team, and asks the rest anew for each customer.
-- Where that cannot be, a function ends with OFFSET 0: it is planned by itself then, and the planner knows of how many it
-- tells.
CREATE OR REPLACE FUNCTION tenure_customers(owners bigint[])
RETURNS SETOF lifecycle_customer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT c.* FROM lifecycle_customer AS c WHERE owners IS NULL OR c.owner_id = ANY(owners)
$$;
