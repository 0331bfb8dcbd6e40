-- Note that some dead letters of one partition were sent again: a newer row of each.
INSERT INTO dead_letters
    (topic, topic_id, partition, offset, code, reason, key, value, received_at, replayed_at, revision)
SELECT topic, topic_id, partition, offset, code, reason, key, value, received_at,
       fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'), revision + 1
FROM dead_letters FINAL
WHERE topic = {topic:String} AND topic_id = {topic_id:String} AND partition = {partition:UInt32}
  AND offset IN {offsets:Array(UInt64)} AND isNull(replayed_at)
