-- Dead letters by topic and reason code: how many, how many were sent again, and when the last one came. What a person's forgetting
-- emptied is none any more.
SELECT toString(topic) AS topic, toString(code) AS code, count() AS letters, countIf(isNotNull(replayed_at)) AS replayed,
       max(received_at) AS newest
FROM dead_letters FINAL
WHERE ({topic:String} = '' OR topic = {topic:String}) AND ({code:String} = '' OR code = {code:String})
  AND received_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC') AND code != 'forgotten'
GROUP BY topic, code
ORDER BY letters DESC, topic, code
