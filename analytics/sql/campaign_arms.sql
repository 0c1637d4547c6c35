-- Answers: Of customers whom chance let in or held out of each campaign, how many reached its goal?
-- Intention to treat: whoever was to be treated counts as treated, whatever came of it; the first enrollment of a
-- customer counts, and a goal only after chance decided. Each share that was held out is a comparison of its own, at
-- entry (step empty) and at each step that holds out; versions without a share compare nothing.
WITH entered AS (
    SELECT e.*, v.definition
    FROM tenure_enrollments(%(campaign)s, %(owners)s, %(since)s, %(until)s, %(as_of)s) AS e
    JOIN campaigns_campaignversion AS v ON v.id = e.version_id
    WHERE e.is_first
), decided AS (
    SELECT e.campaign_id, '' AS step, (e.definition ->> 'holdout')::int AS share,
        e.end_reason = 'holdout' AND NOT EXISTS (
            SELECT FROM campaigns_steprun AS r WHERE r.enrollment_id = e.id AND r.reason = 'holdout') AS is_held_out,
        e.converted_at >= e.entered_at AS has_converted
    FROM entered AS e WHERE (e.definition ->> 'holdout')::int > 0
    UNION ALL
    SELECT e.campaign_id, r.step, (jsonb_path_query_first(
            e.definition, '$.**?(@.key == $key && @.kind == "holdout").share', jsonb_build_object('key', r.step))
        #>> '{}')::int, r.reason = 'holdout', e.converted_at >= r.done_at
    FROM entered AS e JOIN campaigns_steprun AS r ON r.enrollment_id = e.id
    WHERE r.kind = 'holdout' AND r.state = 'done' AND r.done_at <= %(as_of)s
      AND (e.converted_at IS NULL OR e.converted_at >= r.done_at)
)
SELECT campaign_id AS campaign, step, share,
    count(*) FILTER (WHERE NOT is_held_out) AS treated,
    count(*) FILTER (WHERE NOT is_held_out AND has_converted) AS treated_converted,
    count(*) FILTER (WHERE is_held_out) AS held_out,
    count(*) FILTER (WHERE is_held_out AND has_converted) AS held_out_converted
FROM decided
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
