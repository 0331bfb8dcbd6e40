-- The first and the last offset that the warehouse has of every partition.
SELECT topic, topic_id, partition, min(first_offset) AS first, max(last_offset) AS last
FROM batches GROUP BY topic, topic_id, partition
