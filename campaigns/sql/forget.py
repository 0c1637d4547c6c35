"""What is erased although it is history."""

# What providers said of a customer's messages, and of unknown ones to its addresses: what happened stays, not to whom.
RECEIPTS = """
UPDATE campaigns_receipt AS r SET recipient = '', detail = ''
WHERE r.id IN (
    SELECT id FROM campaigns_receipt
    WHERE delivery_id IN (SELECT id FROM campaigns_delivery WHERE customer_id = %(customer)s)
    UNION ALL
    SELECT id FROM campaigns_receipt
    WHERE delivery_id IS NULL AND lower(recipient) = ANY(%(addresses)s::text[]))
"""
