-- Keep these vectors for another time, those that were not renewed for days.
INSERT INTO embeddings (tenant, encoder, passage, vector, digest)
SELECT tenant, encoder, passage, vector, digest
FROM embeddings FINAL
WHERE tenant = {tenant:String} AND encoder = {encoder:String} AND passage IN {passages:Array(String)}
  AND used_at < now64(3) - toIntervalDay({days:UInt16})
