-- Every access of these users, from the raw rows; users are (tenant, user).
SELECT tenant, user, event_id, document, toUnixTimestamp64Milli(accessed_at) AS time
FROM accesses
WHERE (tenant, user) IN arrayZip({tenants:Array(String)}, {users:Array(String)})
