-- Answers: Whose latest move by a rule stood, of the customers that a rule moved in the 90 days before the last 14?
-- Note: Spec 1, “automation accuracy for status transitions”. It did not stand if it was taken back, or put back by a person as
-- Note: the next move within 14 days. Who was asked about the move and approved it counts as well.
SELECT DISTINCT ON (customer_id) customer_id, (became NOT IN ('taken_back', 'put_back'))::int AS value
FROM tenure_rule_moves(
    %(owners)s, %(lifecycle)s, %(as_of)s::timestamptz - interval '104 days', %(as_of)s::timestamptz - interval '14 days', %(as_of)s
)
ORDER BY customer_id, applied_at DESC, id DESC
