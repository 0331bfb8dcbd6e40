-- What a collection shows of the named documents, and whether that is what holds (text, list, clicked queries or whatever else). A deletion
-- counts also where nothing is recorded of the document: what was recorded may have been lost. `light` needs no model.
-- include: index_state
FROM
(
    SELECT document, version, content_hash, revision, deleted, (deleted OR kind = 'message') AS gone
    FROM documents FINAL WHERE tenant = {tenant:String} AND document IN {documents:Array(String)}
) AS d
LEFT JOIN
(
    SELECT document, content_hash, deleted, passages, revision, document_revision, clicked_digest
    FROM applied FINAL
    WHERE tenant = {tenant:String} AND collection = {collection:String} AND document IN {documents:Array(String)}
) AS a ON d.document = a.document
LEFT JOIN
(
    SELECT document, digest FROM clicked_queries FINAL
    WHERE tenant = {tenant:String} AND document IN {documents:Array(String)}
) AS c ON d.document = c.document
