-- The live sessions of these users; users are (tenant, user).
SELECT tenant, user, session, documents, event_ids
FROM live_sessions
WHERE (tenant, user) IN arrayZip({tenants:Array(String)}, {users:Array(String)})
