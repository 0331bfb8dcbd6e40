-- When the first search of a span was, in milliseconds.
SELECT toUnixTimestamp64Milli(min(occurred_at)) AS first_ms, count() AS searches
FROM events
WHERE topic = 'searches' AND type = 'SearchServed' AND tenant = {tenant:String}
  AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND occurred_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
