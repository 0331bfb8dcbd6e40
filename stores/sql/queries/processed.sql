-- How many records of each topic are accepted or dead, by Kafka's topic id.
SELECT toString(topic) AS topic, toString(log) AS log, uniqExact(partition, offset) AS records
FROM (SELECT topic, log, partition, offset FROM events UNION ALL SELECT topic, log, partition, offset FROM dead_letters)
GROUP BY topic, log
