-- Events by id, every time that each was sent, in order of time.
SELECT event_id, toString(topic) AS topic, toString(topic_id) AS topic_id, partition, offset, toString(type) AS type, occurred_at,
       user, document, interaction, query, rank, payload
FROM events
WHERE tenant = {tenant:String} AND event_id IN {ids:Array(String)}
ORDER BY occurred_at, topic, topic_id, partition, offset
LIMIT 1 BY topic, topic_id, partition, offset
LIMIT {limit:UInt32}
