-- What is recorded of the named documents in a collection, those that it shows.
SELECT document, version, passages, revision
FROM applied FINAL
WHERE tenant = {tenant:String} AND collection = {collection:String} AND NOT deleted
  AND document IN {documents:Array(String)}
