-- Of the documents from one id to another, those of which a collection does not show what holds: see `index_among`.
-- include: index_state
FROM
(
    SELECT document, version, content_hash, revision, deleted, (deleted OR kind = 'message') AS gone
    FROM documents FINAL
    WHERE tenant = {tenant:String} AND document > {after:String} AND document <= {until:String}
) AS d
LEFT JOIN
(
    SELECT document, content_hash, deleted, passages, revision, document_revision, clicked_digest
    FROM applied FINAL
    WHERE tenant = {tenant:String} AND collection = {collection:String}
      AND document > {after:String} AND document <= {until:String}
) AS a ON d.document = a.document
LEFT JOIN
(
    SELECT document, digest FROM clicked_queries FINAL
    WHERE tenant = {tenant:String} AND document > {after:String} AND document <= {until:String}
) AS c ON d.document = c.document
WHERE pending
ORDER BY NOT gone, NOT light, document
