-- Sessions by their id, or by an event in them.
SELECT session, user, started_at, ended_at, accesses, documents, event_ids, withdrawn
FROM sessions FINAL
WHERE tenant = {tenant:String}
  AND (session = {session:String} OR ({event:String} != '' AND has(event_ids, {event:String})))
ORDER BY started_at, session
LIMIT {limit:UInt32}
