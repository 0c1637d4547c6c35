-- Answers: How many customers are in each health level, and with which mean score?
-- Kept: each day
SELECT h.level AS part, avg(h.score) AS value, count(*) AS n
FROM tenure_portfolio(%(owners)s, %(account)s, %(as_of)s) AS h
GROUP BY h.level
