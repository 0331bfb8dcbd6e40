-- The dead letters at one place, original bytes as base64; more than one when the topic was made anew. Newest first.
SELECT toString(topic) AS topic, partition, offset, toString(topic_id) AS topic_id, toString(code) AS code, reason,
       base64Encode(l.key) AS key, base64Encode(l.value) AS value, length(l.value) AS bytes, received_at, replayed_at
FROM dead_letters AS l FINAL
WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:UInt64}
  AND ({topic_id:String} = '' OR topic_id = {topic_id:String})
ORDER BY received_at DESC, topic_id
