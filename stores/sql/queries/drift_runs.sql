-- When a tenant's latest training runs were requested and ended (0: still running), in milliseconds.
SELECT run, toUnixTimestamp64Milli(requested_at) AS requested_ms, toUnixTimestamp64Milli(ended_at) AS ended_ms
FROM runs
WHERE tenant = {tenant:String}
ORDER BY requested_at DESC
LIMIT 20
