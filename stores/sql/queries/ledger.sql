-- Per topic and partition: offsets expected, accepted, repeated, dead, late, missing. Missing must be 0.
SELECT topic, topic_id, partition, first_read, last_read, expected, accepted, repeated, dead, late, absent, missing
FROM ledger
WHERE {topic:String} = '' OR topic = {topic:String}
ORDER BY topic, topic_id, partition
