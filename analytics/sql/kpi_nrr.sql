-- Answers: What does each account pay a year now, of what it paid a year ago?
-- Note: NRR = revenue now of those who paid a year ago / their revenue then; by contracts that are in force, as on the
-- Note: dashboard of retention and revenue, which tells it of months, quarters and years that are over.
SELECT r.customer_id, COALESCE(sum(r.annual_revenue) FILTER (WHERE r.before > today.at), 0) AS value,
    sum(r.annual_revenue) FILTER (WHERE r.before < today.at) AS whole
FROM (SELECT %(as_of)s::timestamptz AT TIME ZONE 'UTC' AS at) AS today
CROSS JOIN LATERAL tenure_contract_revenue(
    %(owners)s, today.at - interval '365 days' + interval '1 microsecond', today.at + interval '1 microsecond',
    interval '365 days'
) AS r
GROUP BY r.customer_id
HAVING bool_or(r.before < today.at)
