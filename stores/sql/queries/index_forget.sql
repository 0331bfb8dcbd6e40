-- Mark everything in a collection as not applied: the collection was lost and is built anew. What was recorded while the clock was
-- ahead is superseded, too.
INSERT INTO applied (tenant, collection, document, version, deleted, content_hash, passages, truncated, applied_at, revision)
SELECT tenant, collection, document, 0, deleted, '', passages, 0, now64(3), greatest({revision:UInt64}, revision + 1)
FROM applied FINAL
WHERE tenant = {tenant:String} AND collection = {collection:String}
