"""Statements about periods."""

# What did accounts reach in a period that is over, as far as it is known here? What people wrote stays.
WRITE_PERIOD = """
INSERT INTO customer_success_successmetrics (
    customer_id, period_type, period_start, revenue, active_users, login_frequency, feature_usage,
    nps_score, csat_score, ces_score, tickets, recorded_at)
SELECT a.customer_id, %(type)s, %(first)s, paid.amount, p.active_users, round(done.logins::numeric / %(days)s, 2),
    done.features, p.nps_score, p.csat_score, p.ces_score, asked.tickets, %(now)s
FROM customer_success_account AS a
LEFT JOIN customer_success_successprofile AS p ON p.account_id = a.customer_id
LEFT JOIN (
    SELECT customer_id, sum(logins_count) AS logins, sum(features_used) AS features
    FROM lifecycle_dailymetrics WHERE metric_date >= %(first)s AND metric_date < %(end)s GROUP BY customer_id
) AS done ON done.customer_id = a.customer_id
LEFT JOIN LATERAL (
    SELECT sum(o.amount) AS amount FROM lifecycle_order AS o
    WHERE o.customer_id = a.customer_id AND o.ordered_at >= %(starts)s AND o.ordered_at < %(ends)s
) AS paid ON true
LEFT JOIN LATERAL (
    SELECT NULLIF(count(*), 0) AS tickets FROM lifecycle_event AS e
    WHERE e.customer_id = a.customer_id AND e.name = 'ticket_opened'
        AND e.occurred_at >= %(starts)s AND e.occurred_at < %(ends)s
) AS asked ON true
WHERE a.opened_at < %(ends)s
ORDER BY a.customer_id
ON CONFLICT (customer_id, period_type, period_start) DO NOTHING
"""
