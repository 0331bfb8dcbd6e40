-- Collections of which anything is recorded as applied, by tenant: when last, and in how many rows.
SELECT tenant, collection, max(applied_at) AS written, count() AS rows
FROM applied
WHERE {tenant:String} = '' OR tenant = {tenant:String}
GROUP BY tenant, collection
