-- Answers: How soon did each version of a rule find customers at risk, and how many of them recovered?
-- Note: Of its moves into a risk tag from outside risk. late: as in risk_detection, the days since the rule could have
-- Note: moved the customer. customers: whom it moved there, each with the latest move that stands: neither taken back by
-- Note: a rollback, nor put back by a person within 14 days. recovered: those whose first move out of risk after it that
-- Note: stands led to a learning or active tag. The row without a rule is of all of them.
WITH found AS MATERIALIZED (
    SELECT * FROM tenure_found_at_risk(%(owners)s, %(lifecycle)s, %(since)s, %(until)s, %(as_of)s)
), detected AS (
    SELECT rule_id, count(late) AS late_n, percentile_cont(0.5) WITHIN GROUP (ORDER BY late) AS late_days
    FROM found GROUP BY GROUPING SETS ((rule_id), ())
), of_rule AS (
    SELECT DISTINCT ON (g.rule_id, f.customer_id) g.rule_id, f.came_to
    FROM found AS f CROSS JOIN LATERAL (VALUES (f.rule_id), (NULL)) AS g (rule_id)
    WHERE f.stands ORDER BY g.rule_id, f.customer_id, f.applied_at DESC, f.id DESC
), became AS (
    SELECT o.rule_id, count(*) AS customers, count(*) FILTER (WHERE t.category IN ('learning', 'active')) AS recovered
    FROM of_rule AS o LEFT JOIN lifecycle_statustag AS t ON t.id = o.came_to GROUP BY o.rule_id
)
SELECT d.rule_id, d.late_n, d.late_days, COALESCE(b.customers, 0) AS customers, COALESCE(b.recovered, 0) AS recovered
FROM detected AS d LEFT JOIN became AS b ON b.rule_id IS NOT DISTINCT FROM d.rule_id
ORDER BY d.rule_id NULLS FIRST
