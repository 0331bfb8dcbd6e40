-- Documents that an indexer which was replaced since a day may still be writing.
SELECT document FROM doubts FINAL
WHERE tenant = {tenant:String} AND collection = {collection:String} AND noted_at > now() - INTERVAL 1 DAY
ORDER BY document
