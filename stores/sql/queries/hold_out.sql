-- What earlier runs of a tenant used in which role, by hashes under a key, and the snapshots of those that did.
SELECT role, kind, item, any(words) AS words, groupUniqArray(snapshot) AS snapshots
FROM hold_out
WHERE tenant = {tenant:String} AND key = {key:String} AND snapshot != {but:String}
GROUP BY role, kind, item
