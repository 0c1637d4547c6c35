-- Answers: How soon did each version of a rule find customers at risk, and how many of them recovered?
-- Note: Of its moves into a risk tag from outside risk. late: as in risk_detection, the days since the rule could have
-- Note: moved the customer. customers: whom it moved there, each with the latest move that stands: neither taken back by
-- Note: a rollback, nor put back by a person within 14 days. recovered: those whose first move out of risk after it that
-- Note: stands led to a learning or active tag. The row without a rule is of all of them.
WITH reversed AS MATERIALIZED (
    SELECT move_id FROM tenure_reversals(%(owners)s, %(lifecycle)s, %(since)s, %(as_of)s)
), entered AS (
    SELECT m.id, m.rule_id, m.customer_id, m.applied_at, m.id NOT IN (SELECT move_id FROM reversed) AS stands, (
        SELECT min((m.evidence ->> (w ->> 'metric'))::numeric - (w ->> 'value')::numeric)
        FROM jsonb_path_query(r.conditions, 'strict $.** ? (@.metric starts with "days_since" && @.operator == ">=")',
                              '{}', true) AS w
        WHERE (m.evidence ->> (w ->> 'metric'))::numeric >= (w ->> 'value')::numeric
    ) AS late
    FROM tenure_moves_made(%(lifecycle)s, %(since)s, %(until)s, %(as_of)s) AS m
    JOIN tenure_customers(%(owners)s) AS c ON c.id = m.customer_id
    JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id AND t.category = 'risk'
    LEFT JOIN lifecycle_statustag AS f ON f.id = m.from_tag_id
    JOIN lifecycle_transitionrule AS r ON r.id = m.rule_id
    WHERE f.category IS DISTINCT FROM 'risk'
), detected AS (
    SELECT rule_id, count(late) AS late_n, percentile_cont(0.5) WITHIN GROUP (ORDER BY late) AS late_days
    FROM entered GROUP BY GROUPING SETS ((rule_id), ())
), of_rule AS (
    SELECT DISTINCT ON (g.rule_id, e.customer_id) g.rule_id, e.id, e.customer_id, e.applied_at
    FROM entered AS e CROSS JOIN LATERAL (VALUES (e.rule_id), (NULL)) AS g (rule_id)
    WHERE e.stands ORDER BY g.rule_id, e.customer_id, e.applied_at DESC, e.id DESC
), came_out AS (
    SELECT DISTINCT ON (e.id) e.id, t.category
    FROM (SELECT DISTINCT id, customer_id, applied_at FROM of_rule) AS e
    JOIN tenure_moves(%(lifecycle)s, %(as_of)s) AS m ON m.customer_id = e.customer_id
        AND (m.applied_at, m.id) > (e.applied_at, e.id)
    JOIN lifecycle_statustag AS t ON t.id = m.to_tag_id AND t.category <> 'risk'
    WHERE m.id NOT IN (SELECT move_id FROM reversed)
    ORDER BY e.id, m.applied_at, m.id
), became AS (
    SELECT o.rule_id, count(*) AS customers, count(*) FILTER (WHERE w.category IN ('learning', 'active')) AS recovered
    FROM of_rule AS o LEFT JOIN came_out AS w USING (id) GROUP BY o.rule_id
)
SELECT d.rule_id, d.late_n, d.late_days, COALESCE(b.customers, 0) AS customers, COALESCE(b.recovered, 0) AS recovered
FROM detected AS d LEFT JOIN became AS b ON b.rule_id IS NOT DISTINCT FROM d.rule_id
ORDER BY d.rule_id NULLS FIRST
