-- Events by id, every time that each was sent, in order of time.
SELECT event_id, toString(topic) AS topic, toString(log) AS log, partition, offset, toString(type) AS type, occurred_at,
       user, document, interaction, query, rank, payload
FROM events
WHERE tenant = {tenant:String} AND event_id IN {ids:Array(String)}
ORDER BY occurred_at, topic, log, partition, offset
LIMIT 1 BY topic, log, partition, offset
LIMIT {limit:UInt32}
