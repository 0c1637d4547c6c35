-- Whether a customer stands in a list. all; at_risk: fair or poor; churn_risk: poor; declining: by the trend of its
-- score; to_look_at: poor or declining; alerts: with one; expansion: healthy with an opportunity; else a level's own.
CREATE OR REPLACE FUNCTION tenure_is_listed(
    list text, level varchar, trend varchar, has_alert boolean, has_opportunity boolean
)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE list
        WHEN 'all' THEN true
        WHEN 'at_risk' THEN level IN ('FAIR', 'POOR')
        WHEN 'churn_risk' THEN level = 'POOR'
        WHEN 'declining' THEN trend = 'DECLINING'
        WHEN 'to_look_at' THEN level = 'POOR' OR trend = 'DECLINING'
        WHEN 'alerts' THEN has_alert
        WHEN 'expansion' THEN level IN ('GOOD', 'EXCELLENT') AND has_opportunity
        ELSE level = list END
$$;
