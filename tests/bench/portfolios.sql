-- Customer success at work, in proportion to the customers that are there: one in ten is an account, 200 accounts a
-- manager, ten managers a team, and the last one of each leads it.
SELECT setseed(0.42);
SET session_replication_role = replica; -- no audit and no check of what is made here

INSERT INTO auth_user (username, password, is_superuser, first_name, last_name, email, is_staff, is_active, date_joined)
SELECT 'manager-' || n, '', false, '', '', '', true, true, now()
FROM generate_series(1, (SELECT count(*) / 2000 FROM lifecycle_customer)) AS n;

CREATE TEMPORARY TABLE manager AS
SELECT id, row_number() OVER (ORDER BY id) - 1 AS number FROM auth_user WHERE username LIKE 'manager-%';

INSERT INTO auth_user_groups (user_id, group_id)
SELECT m.id, g.id FROM manager AS m JOIN auth_group AS g
    ON g.name = CASE WHEN m.number % 10 = 9 THEN 'Success lead' ELSE 'Success manager' END;

INSERT INTO lifecycle_team (code, name, email)
SELECT 'team-' || number / 10, 'Team ' || number / 10, '' FROM manager WHERE number % 10 = 9;
INSERT INTO lifecycle_team_members (team_id, user_id)
SELECT t.id, m.id FROM manager AS m JOIN lifecycle_team AS t ON t.code = 'team-' || m.number / 10;
INSERT INTO lifecycle_team_leads (team_id, user_id)
SELECT t.id, m.id FROM manager AS m JOIN lifecycle_team AS t ON t.code = 'team-' || m.number / 10 WHERE m.number % 10 = 9;

-- Of 20 accounts nobody looks after one.
CREATE TEMPORARY TABLE held AS
SELECT c.id, c.n, m.id AS owner, m.number, t.id AS team
FROM (SELECT id, row_number() OVER (ORDER BY id) / 10 AS n FROM lifecycle_customer) AS c
LEFT JOIN manager AS m ON m.number = c.n % (SELECT count(*) FROM manager) AND c.n % 20 <> 19
LEFT JOIN lifecycle_team AS t ON t.code = 'team-' || m.number / 10
WHERE c.id % 10 = 0;
CREATE INDEX ON held (id);
ANALYZE held;

UPDATE lifecycle_customer AS c SET owner_id = h.owner, name = 'Customer ' || h.n, email = 'c' || h.n || '@example.com',
    tier = (ARRAY['ENTERPRISE', 'MID_MARKET', 'SMALL_BUSINESS'])[1 + h.n % 3]
FROM held AS h WHERE h.id = c.id;

INSERT INTO customer_success_account (
    customer_id, annual_revenue, renewal_date, contract_start_date, labels, opened_at, updated_at)
SELECT id, (random() * 200000)::int, now()::date + (random() * 365)::int, now()::date - 400, '{}', now(), now()
FROM held ORDER BY id;
INSERT INTO customer_success_successprofile (account_id, business_objectives, success_criteria, onboarding_status,
    integration_status, data_migration_status, updated_at)
SELECT id, '{}', '{}', 'COMPLETED', 'COMPLETED', 'COMPLETED', now() FROM held ORDER BY id;
INSERT INTO customer_success_stakeholder (profile_id, name, role, title, email, phone)
SELECT id, 'Contact', 'DAY_TO_DAY', '', '', '' FROM held ORDER BY id;

-- Everybody is scored: one in ten poor, one in five fair.
INSERT INTO customer_success_customerhealth (customer_id, version_id, source, score, level, trend, components, "values",
    computed_score, computed_level, change, day, computed_at)
SELECT id, v, 'COMPUTED', score, level, trend, '{"engagement": 60}', '{"nps_score": 7}', score, level, 3,
    now()::date - 1, now()
FROM (
    SELECT *, CASE WHEN score < 40 THEN 'POOR' WHEN score < 60 THEN 'FAIR' WHEN score < 80 THEN 'GOOD'
                   ELSE 'EXCELLENT' END AS level,
        (ARRAY['STABLE', 'STABLE', 'STABLE', 'IMPROVING', 'DECLINING'])[1 + id % 5] AS trend
    FROM (SELECT id, (30 + 70 * random())::int AS score FROM lifecycle_customer) AS c) AS c,
    (SELECT min(id) AS v FROM customer_success_scorecardversion) AS version
ORDER BY id;
INSERT INTO customer_success_healthscore (customer_id, day, version_id, source, score, level, trend, components, "values",
    recorded_at, notes)
SELECT customer_id, day - 10 * n, version_id, source, score, level, trend, components, "values", computed_at, ''
FROM generate_series(0, 1) AS n, customer_success_customerhealth WHERE n = 0 OR customer_id % 10 = 0 ORDER BY day, customer_id;

INSERT INTO customer_success_healthalert (customer_id, version_id, kind, threshold, score, previous_score, is_escalated,
    opened_at, due_at, state, note, ended_at)
SELECT id, v, kind, 60, 45, 70, false, now() - interval '1 day', now() + random() * interval '2 days', state, '',
    CASE WHEN n % 8 = 0 THEN now() END
FROM held, (SELECT min(id) AS v FROM customer_success_scorecardversion) AS version,
    (VALUES ('BELOW_THRESHOLD', 'OPEN'), ('SIGNIFICANT_DROP', 'ACKNOWLEDGED')) AS k (kind, state)
WHERE n % 4 = 0 ORDER BY random();

-- Three tasks an account: half of them done, a few in a queue, due within half a year around today.
INSERT INTO customer_success_task (customer_id, type, priority, title, notes, due_at, owner_id, team_id, state, outcome,
    origin, created_at, closed_at, closed_by_id)
SELECT id, 'CALL', (ARRAY['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'])[1 + k * n % 4], 'Call about the renewal', '',
    now() + (random() - CASE WHEN k % 2 = 0 THEN 0.5 ELSE 0.02 END) * interval '180 days',
    CASE WHEN n % 50 > 0 THEN owner END, CASE WHEN n % 50 = 0 THEN team END, state, '', 'bench:' || k || ':' || id,
    now() - interval '200 days', closed_at, CASE WHEN closed_at IS NOT NULL THEN owner END
FROM (SELECT *, CASE WHEN (k + n) % 2 = 0 THEN 'DONE' ELSE 'OPEN' END AS state,
             CASE WHEN (k + n) % 2 = 0 THEN now() - random() * interval '90 days' END AS closed_at
      FROM held, generate_series(1, 3) AS k) AS t
ORDER BY random();

INSERT INTO customer_success_successplan (customer_id, type, status, title, objectives, success_metrics, stakeholders,
    starts_on, ends_on, owner_id, sections, created_at, updated_at)
SELECT id, 'ANNUAL', 'ACTIVE', 'Success plan', '{}', '{}', '{}', now()::date - 30, now()::date + 60, owner, '{}', now(), now()
FROM held WHERE hashint8(n) % 2 = 0;
INSERT INTO customer_success_planmilestone (plan_id, title, due_date, status, priority, owner_id, deliverables, progress,
    is_shared)
SELECT p.id, 'Step ' || k, now()::date + 10 * k, 'PENDING', 'MEDIUM', p.owner_id, '{}', 0, false
FROM customer_success_successplan AS p, generate_series(1, 3) AS k;
INSERT INTO customer_success_businessreview (customer_id, type, status, scheduled_for, held_at, owner_id, attendees, agenda,
    achievements, challenges, metrics_review, goals_progress, decisions, next_steps, feedback, prepared, created_at,
    updated_at)
SELECT id, 'QUARTERLY', CASE WHEN k = 0 THEN 'HELD' ELSE 'SCHEDULED' END,
    now() + (random() - 1 + k) * interval '60 days', CASE WHEN k = 0 THEN now() - interval '60 days' END, owner, '{}', '{}',
    '{}', '{}', '[]', '[]', '{}', '{}', '', '{}', now(), now()
FROM held, generate_series(0, 1) AS k WHERE hashint8(n) % 2 = 0;

-- Accounts have a few old events, the crowd has the new ones.
INSERT INTO lifecycle_event (customer_id, source, message_id, name, occurred_at, received_at, properties)
SELECT id, 'bench', 'old-' || k || '-' || id, 'login', now() - interval '300 days' + k * interval '1 day',
    now() - interval '299 days', '{}'
FROM held, generate_series(1, 3) AS k ORDER BY k, id;
INSERT INTO lifecycle_event (customer_id, source, message_id, name, occurred_at, received_at, properties)
SELECT id, 'bench', 'new-' || id, 'login', now() - random() * interval '30 days', now(), '{}'
FROM lifecycle_customer WHERE id % 10 <> 0 ORDER BY 5;

UPDATE lifecycle_statustag SET category = 'risk' WHERE code = 'ST_005';
DROP TABLE held, manager;
SET session_replication_role = DEFAULT;
