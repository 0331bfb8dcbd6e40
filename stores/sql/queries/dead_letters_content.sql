-- The original bytes, as base64, of some dead letters of one partition that were not sent again.
SELECT offset, toString(code) AS code, base64Encode(key) AS key, base64Encode(value) AS value
FROM dead_letters FINAL
WHERE topic = {topic:String} AND topic_id = {topic_id:String} AND partition = {partition:UInt32}
  AND offset IN {offsets:Array(UInt64)} AND isNull(replayed_at) AND code != 'forgotten'
ORDER BY offset
