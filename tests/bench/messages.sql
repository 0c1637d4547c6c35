-- Twenty campaigns of five mails, by turns: half of all customers who enter go through the first one. The deliveries
-- reach 180 days back; who entered in the last days is still inside, and of 1,000 messages one is uncertain.
SELECT setseed(0.42);
SET session_replication_role = replica; -- no audit and no check of what is made here

INSERT INTO campaigns_campaign (key, name, description, state, state_reason, state_before)
SELECT 'bench-' || n, 'Campaign ' || n, '', CASE WHEN n < 15 THEN 'live' ELSE 'off' END, '', ''
FROM generate_series(0, 19) AS n;
INSERT INTO campaigns_campaignversion (campaign_id, number, state, definition, priority, trigger_kind, trigger_event, written_at)
SELECT id, 1, 'live', '{definition}', 50, 'event', 'login', now() FROM campaigns_campaign;

CREATE TEMPORARY TABLE entering AS
SELECT e.n, c.id AS customer_id, v.campaign_id, v.id AS version_id,
    now() - interval '180 days' * (1 - e.n::float / {entries}) - random() * interval '1 hour' AS entered_at
FROM generate_series(1, {entries}) AS e(n)
JOIN (SELECT id, row_number() OVER (ORDER BY hashint8(id)) - 1 AS place FROM lifecycle_customer) AS c
    ON c.place = e.n % (SELECT count(*) FROM lifecycle_customer)
JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM campaigns_campaignversion) AS v
    ON v.place = CASE WHEN hashint8(e.n) % 2 = 0 THEN 0 ELSE 1 + (e.n % 19) END;

INSERT INTO campaigns_enrollment (campaign_id, version_id, customer_id, occasion, entered_at, state, ended_at, end_reason,
    converted_at)
SELECT campaign_id, version_id, customer_id, 'bench:' || n, entered_at, CASE WHEN is_over THEN 'completed' ELSE 'active' END,
    CASE WHEN is_over THEN entered_at + interval '14 days' END, CASE WHEN is_over THEN 'end' ELSE '' END,
    CASE WHEN n % 7 = 0 THEN entered_at + interval '3 days' END
FROM (SELECT *, entered_at < now() - interval '14 days' AS is_over FROM entering) AS e ORDER BY n;

-- Five steps each; those of the last two weeks are not all due yet.
INSERT INTO campaigns_steprun (enrollment_id, campaign_id, customer_id, step, kind, state, due_at, attempts, path, reason, done_at)
SELECT id, campaign_id, customer_id, 'mail-' || k, 'email', CASE WHEN due_at > now() THEN 'waiting' ELSE 'done' END, due_at,
    1, '', '', CASE WHEN due_at <= now() THEN due_at END
FROM (SELECT e.*, k, e.entered_at + k * interval '3 days' AS due_at
      FROM campaigns_enrollment AS e, generate_series(0, 4) AS k) AS r
WHERE due_at <= now() OR due_at <= now() + interval '3 days'
ORDER BY due_at;

INSERT INTO campaigns_delivery (message_id, run_id, campaign_id, customer_id, channel, message_class, topic, template, language,
    recipient, subject, content_digest, state, reason, provider, provider_id, attempts, planned_at, sending_at, accepted_at,
    ended_at, opened_at, clicked_at)
SELECT gen_random_uuid(), id, campaign_id, customer_id, 'email', 'marketing', 'news', 'welcome', 'en',
    'c' || customer_id || '@example.com', 'A letter', '', became, CASE became WHEN 'skipped' THEN 'capped' ELSE '' END, 'smtp',
    'p' || id, 1, due_at, due_at, CASE WHEN became NOT IN ('skipped', 'failed', 'uncertain') THEN due_at END, due_at,
    CASE WHEN became IN ('opened', 'clicked') THEN due_at + interval '1 hour' END,
    CASE WHEN became = 'clicked' THEN due_at + interval '2 hours' END
FROM (SELECT *, CASE WHEN n % 1000 = 0 THEN 'uncertain' WHEN n % 50 = 0 THEN 'failed' WHEN n % 10 = 0 THEN 'skipped'
                     WHEN n % 3 = 0 THEN 'opened' WHEN n % 7 = 0 THEN 'clicked' ELSE 'delivered' END AS became
      FROM (SELECT *, row_number() OVER (ORDER BY due_at) AS n FROM campaigns_steprun WHERE state = 'done') AS r) AS r
ORDER BY due_at;

INSERT INTO campaigns_receipt (provider, event_id, provider_id, delivery_id, kind, happened_at, received_at, recipient, detail)
SELECT 'smtp', 'e' || id, provider_id, id, 'delivered', accepted_at, accepted_at, '', ''
FROM campaigns_delivery WHERE accepted_at IS NOT NULL AND id % 2 = 0;

DROP TABLE entering;
SET session_replication_role = DEFAULT;
