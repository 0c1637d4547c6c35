-- How many days after it could have done so a rule moved a customer: what its conditions "days since ... at least N" had
-- beyond N at the move, the least of those that held. The wait that the rule itself asks for does not count. Other
-- conditions may have become true later, so it is the most that it can have taken; NULL: it has no such condition.
CREATE OR REPLACE FUNCTION tenure_days_late(conditions jsonb, evidence jsonb)
RETURNS TABLE (days numeric) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT min((evidence ->> (leaf ->> 'metric'))::numeric - (leaf ->> 'value')::numeric)
    FROM jsonb_path_query(
        conditions, 'strict $.** ? (@.metric starts with "days_since" && @.operator == ">=")', '{}', true
    ) AS leaf
    WHERE (evidence ->> (leaf ->> 'metric'))::numeric >= (leaf ->> 'value')::numeric
$$;
