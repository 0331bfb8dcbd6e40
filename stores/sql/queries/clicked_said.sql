-- The digests of the clicked queries that are said of the named documents, of those that have any.
SELECT document, digest FROM clicked_queries FINAL
WHERE tenant = {tenant:String} AND document IN {documents:Array(String)} AND digest != ''
