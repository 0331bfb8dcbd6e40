-- The digests of the clicked queries that are said of the named documents, of those that had any, and the revision of each.
SELECT document, digest, revision FROM clicked_queries FINAL
WHERE tenant = {tenant:String} AND document IN {documents:Array(String)}
