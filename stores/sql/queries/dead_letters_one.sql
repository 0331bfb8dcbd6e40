-- The dead letters at one place, original bytes as base64; more than one when the topic was made anew. Newest first.
SELECT toString(topic) AS topic, partition, offset, toString(log) AS log, toString(code) AS code, reason,
       base64Encode(l.key) AS key, base64Encode(l.value) AS value, length(l.value) AS bytes, received_at, replayed_at
FROM dead_letters AS l FINAL
WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:UInt64}
  AND ({log:String} = '' OR log = {log:String})
ORDER BY received_at DESC, log
