-- The next documents of the tenant, gone ones included, in the bytewise order of their ids.
SELECT document
FROM documents
WHERE tenant = {tenant:String} AND document > {after:String}
GROUP BY document
ORDER BY document
LIMIT {limit:UInt32}
