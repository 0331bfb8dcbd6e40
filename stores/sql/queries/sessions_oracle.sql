-- Every session, from the raw rows alone: what streams/sessions/rules.py must come to.
WITH
-- include: oracle_sessions
SELECT tenant, user, session, held[1].1 AS started, held[-1].1 AS ended, toUInt32(length(held)) AS accesses,
       arrayMap(a -> a.3, held) AS documents, arrayMap(a -> a.2, held) AS event_ids
FROM oracle_sessions
ORDER BY tenant, user, started, session
