-- The ids that begin so, of whatever kind, at most `most` of them.
SELECT DISTINCT id
FROM
(
    SELECT event_id AS id, toString(tenant) AS whose FROM events WHERE startsWith(event_id, {id:String})
    UNION ALL SELECT session, tenant FROM sessions WHERE startsWith(session, {id:String})
    UNION ALL SELECT pair, tenant FROM pairs WHERE startsWith(pair, {id:String})
    UNION ALL SELECT snapshot, tenant FROM snapshot_pairs WHERE startsWith(snapshot, {id:String})
    UNION ALL SELECT run, tenant FROM runs WHERE startsWith(run, {id:String})
    UNION ALL SELECT model, tenant FROM runs WHERE model != '' AND startsWith(model, {id:String})
    UNION ALL SELECT collection, tenant FROM applied WHERE startsWith(collection, {id:String})
)
WHERE {tenant:String} = '' OR whose = {tenant:String}
ORDER BY id
LIMIT {most:UInt32}
