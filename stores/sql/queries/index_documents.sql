-- The newest version of the named documents, with everything that a collection shows of them.
SELECT d.document AS document, version, gone, title, acl, content_hash, revision, body, updated_ms, queries AS clicked
FROM
(
    SELECT document, version, (deleted OR kind = 'message') AS gone, title, acl, content_hash, revision,
           substringUTF8(body, 1, {characters:UInt32}) AS body, toUnixTimestamp64Milli(updated_at) AS updated_ms
    FROM documents FINAL
    WHERE tenant = {tenant:String} AND document IN {documents:Array(String)}
) AS d
LEFT JOIN
(
    SELECT document, queries FROM clicked_queries FINAL
    WHERE tenant = {tenant:String} AND document IN {documents:Array(String)}
) AS c ON d.document = c.document
