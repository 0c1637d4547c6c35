-- Answers: Which customers whose health is followed are healthy and have a live expansion opportunity, by group?
SELECT h.customer_id, g.dimension, g.part, (r.customer_id IS NOT NULL)::int AS value
FROM tenure_portfolio(%(owners)s, %(as_of)s) AS h
JOIN tenure_groups(%(owners)s, %(as_of)s) AS g ON g.customer_id = h.customer_id
LEFT JOIN tenure_risks(%(owners)s, %(as_of)s) AS r ON r.customer_id = h.customer_id AND r.part = 'expansion'
WHERE g.part IS NOT NULL
