-- The sessions as the streams wrote them, to be held against sessions_oracle. An empty tenant means all.
SELECT tenant, user, session, toUnixTimestamp64Milli(started_at) AS started, toUnixTimestamp64Milli(ended_at) AS ended,
       accesses, documents, event_ids
FROM live_sessions
WHERE {tenant:String} = '' OR tenant = {tenant:String}
ORDER BY tenant, user, started, session
