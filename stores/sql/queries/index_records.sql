-- What was recorded of the named documents when a collection was given them: reading it back is held against that.
SELECT document, revision, document_revision, deleted, passages_digest AS digest, authority, clicked_digest
FROM applied FINAL
WHERE tenant = {tenant:String} AND collection = {collection:String} AND document IN {documents:Array(String)}
