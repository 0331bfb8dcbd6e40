-- Vectors of these passages, as one encoder makes them.
SELECT passage, vector, digest
FROM embeddings FINAL
WHERE tenant = {tenant:String} AND encoder = {encoder:String} AND passage IN {passages:Array(String)}
