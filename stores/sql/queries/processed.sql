-- How many records of each topic are accepted or dead, by Kafka's topic id.
SELECT toString(topic) AS topic, toString(topic_id) AS topic_id, uniqExact(partition, offset) AS records
FROM (SELECT topic, topic_id, partition, offset FROM events UNION ALL SELECT topic, topic_id, partition, offset FROM dead_letters)
GROUP BY topic, topic_id
