-- What carries this id, and in which tenant.
SELECT DISTINCT kind, toString(tenant) AS tenant
FROM
(
    SELECT 'event' AS kind, tenant FROM events WHERE event_id = {id:String}
    UNION ALL SELECT 'pair', tenant FROM pairs WHERE pair = {id:String}
    UNION ALL SELECT 'session', tenant FROM sessions WHERE session = {id:String}
    UNION ALL SELECT 'snapshot', tenant FROM snapshot_pairs WHERE snapshot = {id:String}
    UNION ALL SELECT 'snapshot', tenant FROM runs WHERE snapshot = {id:String}
    UNION ALL SELECT 'run', tenant FROM runs WHERE run = {id:String}
    UNION ALL SELECT 'model', tenant FROM runs WHERE model = {id:String}
    UNION ALL SELECT 'collection', tenant FROM applied WHERE collection = {id:String}
    UNION ALL SELECT 'collection', tenant FROM learning WHERE JSONExtractString(payload, 'collection') = {id:String}
)
WHERE {tenant:String} = '' OR tenant = {tenant:String}
ORDER BY tenant, kind
