-- What became of a tenant's events: accepted by topic without what the system itself derived, sessions, pairs by kind.
SELECT 'accepted' AS what, toString(topic) AS name, uniqExact(event_id) AS total FROM events
WHERE tenant = {tenant:String} AND topic != 'learning' AND NOT (topic = 'documents.changes' AND startsWith(document, 'conversation:'))
GROUP BY topic
UNION ALL
SELECT 'sessions', '', count() FROM live_sessions WHERE tenant = {tenant:String}
UNION ALL
SELECT 'pairs', toString(kind), count() FROM live_pairs WHERE tenant = {tenant:String} GROUP BY kind
UNION ALL
SELECT 'dead', '', count() FROM dead_letters FINAL
UNION ALL
SELECT 'windows', '', uniqExact(window_end) FROM drift WHERE tenant = {tenant:String}
