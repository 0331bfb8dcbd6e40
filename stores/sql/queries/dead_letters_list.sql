-- Dead letters, newest first. One that a person's forgetting emptied waits for nothing.
SELECT toString(topic) AS topic, partition, offset, toString(code) AS code, reason, length(value) AS bytes, received_at,
       replayed_at, toString(topic_id) AS topic_id
FROM dead_letters FINAL
WHERE ({topic:String} = '' OR topic = {topic:String}) AND ({code:String} = '' OR code = {code:String})
  AND received_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
  AND (NOT {waiting:Bool} OR (isNull(replayed_at) AND code != 'forgotten'))
ORDER BY received_at DESC, topic, topic_id, partition, offset
LIMIT {limit:UInt32}
