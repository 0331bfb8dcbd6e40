-- Where the dead letters stand that were not sent again, and how large they are, in the order in which they came.
SELECT toString(topic) AS topic, toString(topic_id) AS topic_id, partition, offset, length(value) AS bytes
FROM dead_letters FINAL
WHERE ({topic:String} = '' OR topic = {topic:String}) AND ({code:String} = '' OR code = {code:String})
  AND received_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
  AND isNull(replayed_at) AND code != 'forgotten'
ORDER BY topic, min(received_at) OVER (PARTITION BY topic, topic_id), topic_id, partition, offset
