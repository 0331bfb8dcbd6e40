-- Dead letters behind a place, in the order of places, key and value as base64: to be read for whom they name.
SELECT toString(topic) AS topic, toString(topic_id) AS topic_id, partition, offset, base64Encode(key) AS key,
       base64Encode(value) AS value, reason
FROM dead_letters
WHERE code != 'forgotten'
  AND (toString(topic), toString(topic_id), partition, toInt64(offset))
      > ({topic:String}, {topic_id:String}, {partition:UInt32}, {offset:Int64})
ORDER BY topic, topic_id, partition, offset
LIMIT 1 BY topic, topic_id, partition, offset
LIMIT {most:UInt32}
