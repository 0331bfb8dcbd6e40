-- The current access lists of the named documents; a deleted one, or a single message, is gone for searches.
SELECT document, revision, acl, content_hash, (deleted OR kind = 'message') AS gone
FROM documents FINAL
WHERE tenant = {tenant:String} AND document IN {documents:Array(String)}
