-- Some documents, drawn at random, that a collection should hold by what is recorded, and in how many passages.
SELECT document, passages FROM applied FINAL
WHERE tenant = {tenant:String} AND collection = {collection:String}
  AND NOT deleted AND passages > 0 AND content_hash != ''
ORDER BY rand() LIMIT {limit:UInt32}
