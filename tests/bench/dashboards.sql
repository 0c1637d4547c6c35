-- A year behind everybody, after portfolios.sql: some million moves, contracts and their versions, orders, days of
-- activity, reviews, opportunities, a campaign. Lifecycles: learning (everybody), account (one in ten).
SELECT setseed(0.42);
SET session_replication_role = replica; -- no audit and no check of what is made here

UPDATE lifecycle_statustag SET category = 'risk' WHERE code IN ('ST_004', 'ST_005', 'AT_RISK');
UPDATE lifecycle_statustag SET category = 'churned' WHERE code IN ('ST_006', 'CHURNED');

CREATE TEMPORARY TABLE life AS
SELECT id AS customer_id, now() - interval '1 day' - random() * interval '400 days' AS began FROM lifecycle_customer;
UPDATE lifecycle_customer AS c SET created_at = l.began,
    plan = (ARRAY['Starter', 'Professional', 'Enterprise', NULL])[1 + c.id % 4],
    traits = jsonb_build_object('company_size', 10 * (c.id % 200))
FROM life AS l WHERE l.customer_id = c.id;
UPDATE lifecycle_customerfacts AS f SET first_event_at = l.began FROM life AS l WHERE l.customer_id = f.customer_id;

-- Every second learner moved twice on the way to its tag; 5 of 100 moves were approved, as many made by hand.
CREATE TEMPORARY TABLE move AS
SELECT s.lifecycle_id, s.customer_id, f.id AS from_tag, t.id AS to_tag,
    l.began + (now() - l.began) * (n - 1 + random()) / 2 AS at, (SELECT min(r.id) FROM lifecycle_transitionrule AS r WHERE r.to_tag_id = t.id) AS rule_id
FROM life AS l JOIN lifecycle_customerstatus AS s ON s.customer_id = l.customer_id
JOIN lifecycle_statustag AS now_in ON now_in.id = s.tag_id
CROSS JOIN LATERAL (SELECT ARRAY[(ARRAY[0, 0, 0, 0, 0, 1])[1 + now_in.position], (ARRAY[3, 3, 1, 1, 3, 3])[1 + now_in.position],
    now_in.position] AS place) AS way
CROSS JOIN generate_series(1, 2) AS n
JOIN lifecycle_statustag AS f ON f.lifecycle_id = s.lifecycle_id AND f.position = way.place[n]
JOIN lifecycle_statustag AS t ON t.lifecycle_id = s.lifecycle_id AND t.position = way.place[n + 1]
WHERE s.customer_id % 2 = 0;

INSERT INTO lifecycle_customerstatus (lifecycle_id, customer_id, tag_id)
SELECT t.lifecycle_id, a.customer_id, t.id
FROM customer_success_account AS a JOIN lifecycle_lifecycle AS l ON l.code = 'account'
JOIN lifecycle_statustag AS t ON t.lifecycle_id = l.id
    AND t.code = (ARRAY['ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'AT_RISK', 'AT_RISK', 'CHURNED'])[1 + a.customer_id / 10 % 10]
ORDER BY a.customer_id;
INSERT INTO move
SELECT s.lifecycle_id, s.customer_id, f.id, CASE n WHEN 1 THEN t.id ELSE s.tag_id END,
    now() - interval '800 days' + n * random() * interval '390 days', NULL
FROM lifecycle_customerstatus AS s JOIN lifecycle_lifecycle AS l ON l.id = s.lifecycle_id AND l.code = 'account'
CROSS JOIN generate_series(1, 2) AS n
LEFT JOIN lifecycle_statustag AS f ON n = 2 AND f.lifecycle_id = l.id AND f.code = 'ONBOARDING'
JOIN lifecycle_statustag AS t ON t.lifecycle_id = l.id AND t.code = 'ONBOARDING';

INSERT INTO lifecycle_transition (lifecycle_id, customer_id, from_tag_id, to_tag_id, applied_at, recorded_at, rule_id,
    by_id, reason, notes, evidence)
SELECT lifecycle_id, customer_id, from_tag, to_tag, at, at, CASE WHEN luck > 0.05 THEN rule_id END,
    CASE WHEN luck < 0.1 OR rule_id IS NULL THEN (SELECT min(id) FROM auth_user) END, 'bench', '',
    '{"days_since_login": 7, "days_since_activity": 32, "engagement_score": 20}'
FROM (SELECT *, random() AS luck FROM move) AS m ORDER BY at;
UPDATE lifecycle_customerstatus AS s SET entered_at = t.at, version = 2
FROM (SELECT lifecycle_id, customer_id, max(at) AS at FROM move GROUP BY 1, 2) AS t
WHERE t.customer_id = s.customer_id AND t.lifecycle_id = s.lifecycle_id;
INSERT INTO lifecycle_recommendation (lifecycle_id, customer_id, from_tag_id, rule_id, evaluation_id, evidence, state,
    created_at, decided_at, decided_by_id)
SELECT lifecycle_id, customer_id, from_tag, rule_id, 1, '{}', CASE WHEN random() < 0.9 THEN 'approved' ELSE 'rejected' END,
    at - random() * interval '2 days', at, (SELECT min(id) FROM auth_user)
FROM move WHERE rule_id IS NOT NULL AND customer_id % 10 = 0 ORDER BY at;

-- Contracts: as they were written, as they were raised or cut in the last year, and so they are.
UPDATE customer_success_account AS a SET opened_at = now() - interval '800 days', contract_start_date = now()::date - 800,
    industry = (ARRAY['Retail', 'Software', 'Health', NULL])[1 + a.customer_id / 10 % 4], lifetime_value = annual_revenue * 3,
    updated_at = now() - random() * interval '360 days';
INSERT INTO customer_success_accountevent (pgh_label, pgh_created_at, pgh_obj_id, customer_id, annual_revenue, lifetime_value,
    contract_start_date, renewal_date, industry, labels, opened_at, updated_at)
SELECT v.label, v.at, customer_id, customer_id, annual_revenue * v.share, lifetime_value, contract_start_date, renewal_date,
    industry, labels, opened_at, v.at
FROM customer_success_account AS a CROSS JOIN LATERAL (VALUES
    ('insert', a.opened_at, 0.8 + a.customer_id / 10 % 5 * 0.1), ('update', a.updated_at, 1)
) AS v (label, at, share) ORDER BY v.at;
UPDATE customer_success_successprofile SET licensed_users = 10 * (account_id / 10 % 200), active_users = 8 * (account_id / 10 % 200),
    features_available = 40, features_used = account_id / 10 % 40, nps_score = account_id / 10 % 11, csat_score = 4.5,
    ces_score = 5, roi = 100, training_completion = 60, onboarding_started_on = now()::date - 700,
    first_value_on = now()::date - 700 + (account_id / 10 % 60)::int, updated_at = now() - random() * interval '360 days';
INSERT INTO customer_success_expansionopportunity (customer_id, kind, status, reason, probability, suggested_actions,
    detected_at, refreshed_at, ended_at, outcome, won_amount)
SELECT customer_id, 'ROI', CASE WHEN is_won THEN 'WON' ELSE 'OPEN' END, '', 50, '{}', now() - interval '300 days', now(),
    CASE WHEN is_won THEN now() - random() * interval '290 days' END, '', CASE WHEN is_won THEN 1000 END
FROM (SELECT customer_id, customer_id % 20 = 0 AS is_won FROM customer_success_account WHERE customer_id % 30 = 0) AS a;

INSERT INTO lifecycle_order (customer_id, reference, ordered_at, amount)
SELECT l.customer_id, n, l.began + (now() - l.began) * random(), 10 + random() * 90
FROM life AS l, generate_series(1, 3) AS n WHERE l.customer_id % 3 = 0 ORDER BY 3;
INSERT INTO lifecycle_dailymetrics (customer_id, metric_date, activities, logins_count, sessions_count, total_session_minutes,
    pages_viewed, features_used, lessons_started, lessons_completed, assessments_taken, assessment_score_sum,
    modules_completed, assignments_submitted, forum_posts, comments_made, questions_asked, answers_given, feedback_count,
    sentiment_sum, engagement_score, progress_score, community_score, overall_health_score, score_trend, risk_indicators)
SELECT l.customer_id, now()::date - 40 * n - (random() * 39)::int, 3, 1, 1, 20, 5, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50,
    50, 50, 50, 'stable', CASE WHEN l.customer_id % 4 = 1 THEN '{low_activity}' ELSE '{}' END::varchar[]
FROM generate_series(0, 3) AS n, life AS l WHERE l.customer_id % 4 < 2 ORDER BY 2;
INSERT INTO customer_success_healthscore (customer_id, day, version_id, source, score, level, trend, components, "values",
    recorded_at, notes)
SELECT customer_id, day - 40, version_id, source, GREATEST(score - 3, 0), level, trend, '{}', '{}', computed_at, ''
FROM customer_success_customerhealth ORDER BY customer_id;

INSERT INTO campaigns_campaign (key, name, description, state, state_reason, state_before)
VALUES ('bench', 'Bench', '', 'on', '', '');
INSERT INTO campaigns_campaignversion (campaign_id, number, state, definition, priority, trigger_kind, written_at)
SELECT id, 1, 'published', '{"holdout": 10, "steps": []}', 50, 'tag_entered', now() FROM campaigns_campaign;
INSERT INTO campaigns_enrollment (campaign_id, version_id, customer_id, occasion, entered_at, state, ended_at, end_reason, converted_at)
SELECT v.campaign_id, v.id, m.customer_id, 'once', m.at, 'completed', m.at + interval '1 day',
    CASE WHEN m.customer_id % 100 = 0 THEN 'holdout' ELSE 'end' END, CASE WHEN random() < 0.2 THEN m.at + interval '5 days' END
FROM move AS m, campaigns_campaignversion AS v
WHERE m.customer_id % 10 = 0 AND m.to_tag IN (SELECT id FROM lifecycle_statustag WHERE category = 'risk' AND code = 'ST_004') ORDER BY m.at;
INSERT INTO campaigns_delivery (message_id, campaign_id, customer_id, channel, message_class, topic, template, language,
    recipient, subject, content_digest, state, reason, provider, attempts, planned_at, sending_at, accepted_at, ended_at, opened_at)
SELECT gen_random_uuid(), campaign_id, customer_id, 'email', 'marketing', '', '', '', '', '', '', 'accepted', '', '', 1,
    entered_at, entered_at, entered_at, entered_at, CASE WHEN random() < 0.3 THEN entered_at END
FROM campaigns_enrollment ORDER BY entered_at;

DROP TABLE life, move;
SET session_replication_role = DEFAULT;
