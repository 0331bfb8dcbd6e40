-- Documents of a tenant whose clicks changed since then, the last first, and when the last change was noted.
SELECT document, toUnixTimestamp64Micro(max(noted_at)) AS at_us
FROM query_clicks_noted
WHERE tenant = {tenant:String}
  AND noted_at >= least(fromUnixTimestamp64Micro({since_us:Int64}, 'UTC'), now64(6)) - INTERVAL 2 MINUTE
GROUP BY document
ORDER BY at_us DESC, document
LIMIT {limit:UInt32}
