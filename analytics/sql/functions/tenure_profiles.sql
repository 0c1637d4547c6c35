-- What the success profile of each account said at an instant: as it is now, or the version that was in force then.
CREATE OR REPLACE FUNCTION tenure_profiles(as_of timestamptz)
RETURNS TABLE (
    account_id bigint, nps_score numeric, csat_score numeric, ces_score numeric, features_used int,
    features_available int, active_users int, licensed_users int, training_completion numeric, roi numeric
) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT p.account_id, said.*
    FROM customer_success_successprofile AS p CROSS JOIN LATERAL (
        SELECT p.nps_score, p.csat_score, p.ces_score, p.features_used, p.features_available, p.active_users,
            p.licensed_users, p.training_completion, p.roi
        WHERE p.updated_at <= as_of
        UNION ALL (
            SELECT e.nps_score, e.csat_score, e.ces_score, e.features_used, e.features_available, e.active_users,
                e.licensed_users, e.training_completion, e.roi
            FROM customer_success_successprofileevent AS e
            WHERE p.updated_at > as_of AND e.pgh_obj_id = p.account_id AND e.updated_at <= as_of
            ORDER BY e.updated_at DESC, e.pgh_id DESC LIMIT 1
        )
    ) AS said
$$;
