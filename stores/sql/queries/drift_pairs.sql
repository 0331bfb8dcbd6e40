-- How many training pairs came of what people did after an instant, up to another one.
SELECT uniqExact(kind, pair) AS pairs
FROM pairs
WHERE tenant = {tenant:String} AND user != '' AND NOT withdrawn
  AND occurred_at > fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND toUnixTimestamp64Milli(occurred_at) <= {until_ms:Int64}
