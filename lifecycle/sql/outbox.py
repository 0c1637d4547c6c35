"""The statements of the outbox."""

# The messages behind a cursor whose transaction is older than every one that still runs: none can come between them.
# What those of each topic speak of, in their order, and the place of the last one of all.
NEXT = """
WITH next AS MATERIALIZED (
    SELECT transaction_id, id, topic, subject_id FROM lifecycle_outboxmessage
    WHERE (transaction_id, id) > (%(transaction)s, %(message)s)
      AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    ORDER BY transaction_id, id LIMIT %(most)s
), last AS (
    SELECT transaction_id, id FROM next ORDER BY transaction_id DESC, id DESC LIMIT 1
)
SELECT topic, array_agg(subject_id ORDER BY transaction_id, id),
    (SELECT transaction_id FROM last), (SELECT id FROM last)
FROM next GROUP BY topic
"""

# Delete the messages that every consumer has passed and that are older than an instant.
FORGET = """
WITH slowest AS (
    SELECT transaction_id, message_id FROM lifecycle_outboxcursor ORDER BY transaction_id, message_id LIMIT 1
)
DELETE FROM lifecycle_outboxmessage AS m USING slowest AS s
WHERE (m.transaction_id, m.id) <= (s.transaction_id, s.message_id) AND m.created_at < %(before)s
"""
