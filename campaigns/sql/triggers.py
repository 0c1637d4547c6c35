"""Whom a look at conditions, dates and segments finds; the times are worked out before, for each zone."""

ZONES = "SELECT DISTINCT timezone FROM lifecycle_customer"

# For whom the condition holds that did not at the last look; who is remembered is brought up to date with it.
BECAME_TRUE = """
WITH holding AS MATERIALIZED ({holds}), over AS (
    DELETE FROM campaigns_conditionmet AS m WHERE m.version_id = %(version)s
      AND NOT EXISTS (SELECT FROM holding AS h WHERE h.customer_id = m.customer_id)
)
INSERT INTO campaigns_conditionmet (version_id, customer_id)
SELECT %(version)s, customer_id FROM holding AS h
WHERE NOT EXISTS (SELECT FROM campaigns_conditionmet AS m
                  WHERE m.version_id = %(version)s AND m.customer_id = h.customer_id)
ORDER BY customer_id
ON CONFLICT (version_id, customer_id) DO NOTHING
RETURNING customer_id
"""

_TIMES = "unnest(%(zones)s::text[], %(named)s::text[], %(ats)s::timestamptz[]) AS d(zone, named, at)"
# Whose trait is one of these days, as it is written, or a text that begins with one.
TRAIT_IS = f"""
SELECT c.id, 'date:' || d.named, d.at FROM {_TIMES}
JOIN lifecycle_customer AS c ON c.timezone = d.zone AND left(c.traits ->> %(trait)s, 10) = d.named ORDER BY c.id
"""
# The same of a date of the account ({{column}}); where it has none, the trait of this name counts.
ACCOUNT_IS = f"""
SELECT c.id, 'date:' || d.named, d.at FROM {_TIMES} JOIN lifecycle_customer AS c ON c.timezone = d.zone
LEFT JOIN customer_success_account AS a ON a.customer_id = c.id
WHERE COALESCE(to_char(a.{{column}}, 'YYYY-MM-DD'), left(c.traits ->> %(trait)s, 10)) = d.named ORDER BY c.id
"""
METRIC_IS = f"""
SELECT c.id, 'date:' || d.named, d.at FROM {_TIMES} JOIN lifecycle_customer AS c ON c.timezone = d.zone
JOIN ({{days}}) AS m ON m.customer_id = c.id AND m.day = d.named::date ORDER BY c.id
"""
IN_SEGMENT = f"""
SELECT c.id, 'schedule:' || d.named, d.at FROM {_TIMES} JOIN lifecycle_customer AS c ON c.timezone = d.zone
JOIN ({{holds}}) AS h ON h.customer_id = c.id ORDER BY c.id
"""
