-- Answers: What is the health score of each customer, by group?
SELECT h.customer_id, g.dimension, g.part, h.score AS value
FROM tenure_portfolio(%(owners)s, %(as_of)s) AS h
JOIN tenure_groups(%(owners)s, %(as_of)s) AS g ON g.customer_id = h.customer_id
WHERE g.part IS NOT NULL
