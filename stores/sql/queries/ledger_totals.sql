-- The ledger summed by topic: what was read, what became of it, and whether anything is missing.
SELECT toString(topic) AS topic, sum(expected) AS expected, sum(accepted) AS accepted, sum(repeated) AS repeated,
       sum(dead) AS dead, sum(late) AS late, sum(missing) AS missing
FROM ledger
GROUP BY topic
ORDER BY topic
