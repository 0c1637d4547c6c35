-- Everybody's health by the scorecard of five dimensions: scores, history, and what rules read, in one statement.
WITH input AS (
    SELECT a.customer_id, round(p.active_users * 100.0 / NULLIF(p.licensed_users, 0), 2) AS active_user_rate,
        round(p.features_used * 100.0 / NULLIF(p.features_available, 0), 2) AS feature_adoption,
        round(p.plan_usage * 100.0 / NULLIF(p.plan_limit, 0), 2) AS plan_usage_rate,
        p.first_value_on - COALESCE(a.contract_start_date, p.onboarding_started_on) AS time_to_value_days,
        p.roi,
        p.use_cases,
        p.support_interaction,
        p.nps_score,
        p.product_feedback,
        p.integration_health,
        p.performance,
        p.security_compliance,
        p.upgrade_readiness,
        p.account_expansion
    FROM customer_success_account AS a JOIN customer_success_successprofile AS p ON p.account_id = a.customer_id
    JOIN lifecycle_customer AS c ON c.id = a.customer_id
    WHERE c.plan IN ('Community', 'Starter', 'Professional', 'Enterprise')
), pointed AS MATERIALIZED (
    SELECT *,
        CASE WHEN active_user_rate >= 80 THEN 100 WHEN active_user_rate >= 60 THEN 75 WHEN active_user_rate >= 40 THEN 50 WHEN active_user_rate IS NOT NULL THEN 0 END AS p0_0,
        CASE WHEN feature_adoption >= 70 THEN 100 WHEN feature_adoption >= 50 THEN 75 WHEN feature_adoption >= 30 THEN 50 WHEN feature_adoption IS NOT NULL THEN 0 END AS p0_1,
        CASE WHEN plan_usage_rate >= 80 THEN 100 WHEN plan_usage_rate >= 60 THEN 75 WHEN plan_usage_rate >= 40 THEN 50 WHEN plan_usage_rate IS NOT NULL THEN 0 END AS p0_2,
        CASE WHEN time_to_value_days >= 91 THEN 0 WHEN time_to_value_days >= 60 THEN 50 WHEN time_to_value_days >= 30 THEN 75 WHEN time_to_value_days IS NOT NULL THEN 100 END AS p1_0,
        CASE WHEN roi >= 200 THEN 100 WHEN roi >= 100 THEN 75 WHEN roi >= 0 THEN 50 WHEN roi IS NOT NULL THEN 0 END AS p1_1,
        CASE WHEN use_cases >= 3 THEN 100 WHEN use_cases >= 2 THEN 75 WHEN use_cases >= 1 THEN 50 WHEN use_cases IS NOT NULL THEN 0 END AS p1_2,
        CASE support_interaction WHEN 'excellent' THEN 100 WHEN 'good' THEN 75 WHEN 'fair' THEN 50 WHEN 'poor' THEN 0 END AS p2_0,
        CASE WHEN nps_score >= 8.01 THEN 100 WHEN nps_score >= 6 THEN 75 WHEN nps_score IS NOT NULL THEN 0 END AS p2_1,
        CASE product_feedback WHEN 'excellent' THEN 100 WHEN 'good' THEN 75 WHEN 'fair' THEN 50 WHEN 'poor' THEN 0 END AS p2_2,
        CASE integration_health WHEN 'excellent' THEN 100 WHEN 'good' THEN 75 WHEN 'fair' THEN 50 WHEN 'poor' THEN 0 END AS p3_0,
        CASE performance WHEN 'excellent' THEN 100 WHEN 'good' THEN 75 WHEN 'fair' THEN 50 WHEN 'poor' THEN 0 END AS p3_1,
        CASE security_compliance WHEN 'excellent' THEN 100 WHEN 'good' THEN 75 WHEN 'fair' THEN 50 WHEN 'poor' THEN 0 END AS p3_2,
        CASE upgrade_readiness WHEN 'excellent' THEN 100 WHEN 'good' THEN 75 WHEN 'fair' THEN 50 WHEN 'poor' THEN 0 END AS p4_0,
        CASE account_expansion WHEN 'excellent' THEN 100 WHEN 'good' THEN 75 WHEN 'fair' THEN 50 WHEN 'poor' THEN 0 END AS p4_1
    FROM input
), summed AS MATERIALIZED (
    SELECT *,
        (COALESCE(p0_0, 0) * 34 + COALESCE(p0_1, 0) * 33 + COALESCE(p0_2, 0) * 33)::bigint AS s0, (CASE WHEN p0_0 IS NULL THEN 0 ELSE 34 END + CASE WHEN p0_1 IS NULL THEN 0 ELSE 33 END + CASE WHEN p0_2 IS NULL THEN 0 ELSE 33 END)::bigint AS k0,
        (COALESCE(p1_0, 0) * 34 + COALESCE(p1_1, 0) * 33 + COALESCE(p1_2, 0) * 33)::bigint AS s1, (CASE WHEN p1_0 IS NULL THEN 0 ELSE 34 END + CASE WHEN p1_1 IS NULL THEN 0 ELSE 33 END + CASE WHEN p1_2 IS NULL THEN 0 ELSE 33 END)::bigint AS k1,
        (COALESCE(p2_0, 0) * 34 + COALESCE(p2_1, 0) * 33 + COALESCE(p2_2, 0) * 33)::bigint AS s2, (CASE WHEN p2_0 IS NULL THEN 0 ELSE 34 END + CASE WHEN p2_1 IS NULL THEN 0 ELSE 33 END + CASE WHEN p2_2 IS NULL THEN 0 ELSE 33 END)::bigint AS k2,
        (COALESCE(p3_0, 0) * 34 + COALESCE(p3_1, 0) * 33 + COALESCE(p3_2, 0) * 33)::bigint AS s3, (CASE WHEN p3_0 IS NULL THEN 0 ELSE 34 END + CASE WHEN p3_1 IS NULL THEN 0 ELSE 33 END + CASE WHEN p3_2 IS NULL THEN 0 ELSE 33 END)::bigint AS k3,
        (COALESCE(p4_0, 0) * 1 + COALESCE(p4_1, 0) * 1)::bigint AS s4, (CASE WHEN p4_0 IS NULL THEN 0 ELSE 1 END + CASE WHEN p4_1 IS NULL THEN 0 ELSE 1 END)::bigint AS k4
    FROM pointed
), weighed AS MATERIALIZED (
    SELECT *,
        6 * s0 * GREATEST(k1, 1) * GREATEST(k2, 1) * GREATEST(k3, 1) * GREATEST(k4, 1)
        + 5 * s1 * GREATEST(k0, 1) * GREATEST(k2, 1) * GREATEST(k3, 1) * GREATEST(k4, 1)
        + 4 * s2 * GREATEST(k0, 1) * GREATEST(k1, 1) * GREATEST(k3, 1) * GREATEST(k4, 1)
        + 3 * s3 * GREATEST(k0, 1) * GREATEST(k1, 1) * GREATEST(k2, 1) * GREATEST(k4, 1)
        + 2 * s4 * GREATEST(k0, 1) * GREATEST(k1, 1) * GREATEST(k2, 1) * GREATEST(k3, 1) AS above,
        (CASE WHEN k0 > 0 THEN 6 ELSE 0 END + CASE WHEN k1 > 0 THEN 5 ELSE 0 END + CASE WHEN k2 > 0 THEN 4 ELSE 0 END + CASE WHEN k3 > 0 THEN 3 ELSE 0 END + CASE WHEN k4 > 0 THEN 2 ELSE 0 END) * GREATEST(k0, 1) * GREATEST(k1, 1) * GREATEST(k2, 1) * GREATEST(k3, 1) * GREATEST(k4, 1) AS below
    FROM summed
), scored AS MATERIALIZED (
    SELECT customer_id, ((2 * above + below) / (2 * below))::smallint AS score,
        jsonb_build_object('product_usage', CASE WHEN k0 > 0 THEN trim_scale((20 * s0 + k0) / (2 * k0) * 0.1) END,
            'business_value', CASE WHEN k1 > 0 THEN trim_scale((20 * s1 + k1) / (2 * k1) * 0.1) END,
            'engagement', CASE WHEN k2 > 0 THEN trim_scale((20 * s2 + k2) / (2 * k2) * 0.1) END,
            'technical_health', CASE WHEN k3 > 0 THEN trim_scale((20 * s3 + k3) / (2 * k3) * 0.1) END,
            'growth_potential', CASE WHEN k4 > 0 THEN trim_scale((20 * s4 + k4) / (2 * k4) * 0.1) END) AS components,
        jsonb_build_object('active_user_rate', trim_scale(active_user_rate::numeric),
            'feature_adoption', trim_scale(feature_adoption::numeric),
            'plan_usage_rate', trim_scale(plan_usage_rate::numeric),
            'time_to_value_days', trim_scale(time_to_value_days::numeric),
            'roi', trim_scale(roi::numeric),
            'use_cases', trim_scale(use_cases::numeric),
            'support_interaction', support_interaction,
            'nps_score', trim_scale(nps_score::numeric),
            'product_feedback', product_feedback,
            'integration_health', integration_health,
            'performance', performance,
            'security_compliance', security_compliance,
            'upgrade_readiness', upgrade_readiness,
            'account_expansion', account_expansion) AS factors
    FROM weighed WHERE below > 0
), levelled AS MATERIALIZED (
    SELECT *, CASE WHEN score >= 85 THEN 'EXCELLENT' WHEN score >= 70 THEN 'GOOD' WHEN score >= 50 THEN 'FAIR' ELSE 'POOR' END
        AS level,
        CASE WHEN before.then IS NULL THEN 'UNKNOWN' WHEN score - before.then >= 5 THEN 'IMPROVING'
             WHEN before.then - score >= 5 THEN 'DECLINING' ELSE 'STABLE' END AS trend,
        score - (SELECT h.score FROM customer_success_healthscore AS h
                 WHERE h.customer_id = scored.customer_id AND h.day < %(now)s::date ORDER BY h.day DESC LIMIT 1) AS change
    FROM scored LEFT JOIN LATERAL (SELECT COALESCE(
        (SELECT h.score FROM customer_success_healthscore AS h WHERE h.customer_id = scored.customer_id
            AND h.day <= %(now)s::date - 30 ORDER BY h.day DESC LIMIT 1),
        (SELECT h.score FROM customer_success_healthscore AS h WHERE h.customer_id = scored.customer_id
            AND h.day <= %(now)s::date - 7 ORDER BY h.day LIMIT 1)) AS then) AS before ON true
    WHERE NOT EXISTS (SELECT FROM customer_success_healthscore AS h WHERE h.customer_id = scored.customer_id
                      AND h.day = %(now)s::date AND h.source = 'REPORTED')
), history AS (
    INSERT INTO customer_success_healthscore (
        customer_id, day, version_id, source, score, level, trend, components, "values", recorded_at, notes)
    SELECT s.customer_id, %(now)s::date, %(version)s, 'COMPUTED', s.score, s.level, s.trend, s.components, s.factors, %(now)s, ''
    FROM levelled AS s LEFT JOIN customer_success_customerhealth AS h USING (customer_id)
    WHERE h.customer_id IS NULL OR (h.version_id, h.computed_score, h.computed_level, h."values")
        IS DISTINCT FROM (%(version)s, s.score, s.level, s.factors)
    ORDER BY s.customer_id
    ON CONFLICT (customer_id, day) DO UPDATE SET score = excluded.score, level = excluded.level, trend = excluded.trend,
        components = excluded.components, "values" = excluded."values", recorded_at = excluded.recorded_at
), health AS (
    INSERT INTO customer_success_customerhealth AS h (
        customer_id, version_id, source, score, level, trend, components, "values", computed_score, computed_level, change,
        day, computed_at)
    SELECT s.customer_id, %(version)s, 'COMPUTED', COALESCE(o.score, s.score), s.level, s.trend, s.components, s.factors, s.score,
        s.level, s.change, %(now)s::date, %(now)s
    FROM levelled AS s LEFT JOIN customer_success_healthoverride AS o
        ON o.customer_id = s.customer_id AND o.ended_at IS NULL
    ORDER BY s.customer_id
    ON CONFLICT (customer_id) DO UPDATE SET score = excluded.score, level = excluded.level, trend = excluded.trend,
        components = excluded.components, "values" = excluded."values", computed_score = excluded.computed_score
    RETURNING customer_id, score, level, trend, change
), reported AS (
    INSERT INTO lifecycle_reportedmetrics AS r (customer_id, health_score, health_level, health_trend, health_change)
    SELECT customer_id, score, level, trend, change FROM health ORDER BY customer_id
    ON CONFLICT (customer_id) DO UPDATE SET health_score = excluded.health_score, health_level = excluded.health_level,
        health_trend = excluded.health_trend, health_change = excluded.health_change
    RETURNING *
)
INSERT INTO lifecycle_reportedchange (customer_id, health_score, health_level, health_trend, health_change, known_at)
SELECT customer_id, health_score, health_level, health_trend, health_change, %(now)s FROM reported ORDER BY customer_id
