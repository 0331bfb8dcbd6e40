-- So many of a tenant's documents in the order of their ids, those before left out; gone ones too.
SELECT DISTINCT document FROM documents
WHERE tenant = {tenant:String}
ORDER BY document LIMIT {limit:UInt32} OFFSET {before:UInt64}
