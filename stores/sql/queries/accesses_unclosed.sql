-- Users with accesses that no live session holds, with the time of the last one: who must be computed from the raw rows
-- when the open sessions were lost.
SELECT tenant, user, toUnixTimestamp64Milli(max(accesses.accessed_at)) AS last
FROM accesses
LEFT ANTI JOIN
(
    SELECT tenant, user, event_id, document FROM live_sessions ARRAY JOIN event_ids AS event_id, documents AS document
) AS closed
USING (tenant, user, event_id, document)
GROUP BY tenant, user
