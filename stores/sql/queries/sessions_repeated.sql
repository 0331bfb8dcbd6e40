-- Users with a session written since a revision, whose live sessions hold the same access twice; with the end of their
-- last session (milliseconds). In order of users, so that it needs the memory of one user at a time.
SELECT tenant, user, toUnixTimestamp64Milli(max(ended_at)) AS last
FROM live_sessions
WHERE (tenant, user) IN (SELECT tenant, user FROM sessions WHERE revision >= {since:UInt64})
GROUP BY tenant, user
HAVING uniqExactArray(arrayMap((event_id, document) -> cityHash64(event_id, document), event_ids, documents))
       < sum(length(event_ids))
SETTINGS optimize_aggregation_in_order = 1, max_execution_time = 25
