"""Statements about tiers."""

# Which tiers have changed past the success team, by events, since they were last noted?
NOTE_CHANGED_TIERS = """
INSERT INTO customer_success_tierchange (customer_id, from_tier, to_tier, annual_revenue, reason, changed_at)
SELECT c.id, last.to_tier, c.tier, a.annual_revenue, %(reason)s, %(now)s
FROM lifecycle_customer AS c
LEFT JOIN LATERAL (
    SELECT t.to_tier FROM customer_success_tierchange AS t WHERE t.customer_id = c.id ORDER BY t.id DESC LIMIT 1
) AS last ON true
LEFT JOIN customer_success_account AS a ON a.customer_id = c.id
WHERE c.tier IS DISTINCT FROM last.to_tier
ORDER BY c.id
"""
# One at a time, or a change would be noted twice.
NOTE_ALONE = "LOCK TABLE customer_success_tierchange IN SHARE ROW EXCLUSIVE MODE"
