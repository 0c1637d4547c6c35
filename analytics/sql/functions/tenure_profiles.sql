-- What the success profile of each account said at an instant: as it is now, or the version that was in force then.
CREATE OR REPLACE FUNCTION tenure_profiles(as_of timestamptz)
RETURNS TABLE (
    account_id bigint, nps_score numeric, csat_score numeric, ces_score numeric, features_used int,
    features_available int, active_users int, licensed_users int, training_completion numeric, roi numeric
) LANGUAGE sql STABLE AS $$
    SELECT p.account_id, p.nps_score, p.csat_score, p.ces_score, p.features_used, p.features_available,
        p.active_users, p.licensed_users, p.training_completion, p.roi
    FROM customer_success_successprofile AS p WHERE p.updated_at <= as_of
    UNION ALL
    SELECT p.account_id, past.nps_score, past.csat_score, past.ces_score, past.features_used, past.features_available,
        past.active_users, past.licensed_users, past.training_completion, past.roi
    FROM customer_success_successprofile AS p CROSS JOIN LATERAL (
        SELECT e.* FROM customer_success_successprofileevent AS e
        WHERE e.pgh_obj_id = p.account_id AND e.updated_at <= as_of
        ORDER BY e.updated_at DESC, e.pgh_id DESC LIMIT 1
    ) AS past
    WHERE p.updated_at > as_of
$$;
