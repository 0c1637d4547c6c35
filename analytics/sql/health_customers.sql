-- Answers: Which customers are in a list of risks and in a group, those with the most revenue at stake first?
SELECT c.id AS customer_id, tenure_name(c) AS name, r.score, r.level, r.trend,
    a.annual_revenue AS revenue, a.renewal_date, u.username AS owner
FROM tenure_risks(%(owners)s, %(account)s, %(as_of)s) AS r
JOIN lifecycle_customer AS c ON c.id = r.customer_id
LEFT JOIN customer_success_account AS a ON a.customer_id = c.id
LEFT JOIN auth_user AS u ON u.id = c.owner_id
WHERE tenure_is_listed(%(who)s, r.level, r.trend, r.has_alert, r.has_opportunity) AND (%(dimension)s = '' OR EXISTS (
    SELECT FROM tenure_groups(%(owners)s, %(as_of)s) AS g
    CROSS JOIN LATERAL tenure_each_group(g.tier, g.plan, g.industry, g.company_size) AS e
    WHERE g.customer_id = c.id AND e.dimension = %(dimension)s AND COALESCE(e.part, '') = %(part)s))
ORDER BY a.annual_revenue DESC NULLS LAST, r.score, c.id
LIMIT %(most)s
