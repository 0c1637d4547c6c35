"""Storing what providers tell, each event once."""

# Values as arrays of one length. Returns what was not known before.
STORE = """
INSERT INTO campaigns_receipt (
    provider, event_id, provider_id, delivery_id, kind, happened_at, recipient, detail, received_at
)
SELECT *, %(now)s FROM unnest(
    %(providers)s::text[], %(event_ids)s::text[], %(ids)s::text[], %(deliveries)s::bigint[], %(kinds)s::text[],
    %(happened)s::timestamptz[], %(recipients)s::text[], %(details)s::text[]
)
ON CONFLICT (provider, event_id) DO NOTHING
RETURNING provider, event_id
"""

# Which messages receipts speak of that were stored before that was known. Returns those that are news.
MATCH = """
UPDATE campaigns_receipt AS r SET delivery_id = v.delivery_id, detail = v.detail
FROM unnest(%(providers)s::text[], %(event_ids)s::text[], %(deliveries)s::bigint[], %(details)s::text[])
    AS v (provider, event_id, delivery_id, detail)
WHERE r.provider = v.provider AND r.event_id = v.event_id AND r.delivery_id IS NULL
RETURNING r.provider, r.event_id
"""

# Write down what became of messages.
MOVE = """
UPDATE campaigns_delivery AS d
SET state = v.state, reason = v.reason, ended_at = v.ended_at, opened_at = v.opened_at, clicked_at = v.clicked_at
FROM unnest(
    %(ids)s::bigint[], %(states)s::text[], %(reasons)s::text[], %(ended)s::timestamptz[], %(opened)s::timestamptz[],
    %(clicked)s::timestamptz[]
) AS v (id, state, reason, ended_at, opened_at, clicked_at)
WHERE d.id = v.id
"""
