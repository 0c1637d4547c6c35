-- Answers: Which accounts are still customers, of those that were a year ago?
SELECT a.customer_id, (NOT EXISTS (
    SELECT FROM tenure_tags(%(owners)s, %(lifecycle)s, %(as_of)s) AS s JOIN lifecycle_statustag AS t ON t.id = s.tag_id
    WHERE s.customer_id = a.customer_id AND t.category = 'churned'
))::int AS value
FROM tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s::timestamptz - interval '365 days') AS a
