-- The tenant's searchable documents, most opened first. Chat messages are searched as conversations, not one by one.
SELECT d.document AS document, version, title, substringUTF8(body, 1, {characters:UInt32}) AS body, content_hash,
       link_targets, updated_at, o.opened AS opened
FROM (SELECT * FROM current_documents WHERE tenant = {tenant:String} AND kind != 'message') AS d
LEFT JOIN (SELECT document, count() AS opened FROM accesses WHERE tenant = {tenant:String} GROUP BY document) AS o
    ON d.document = o.document
ORDER BY opened DESC, document
LIMIT {limit:UInt32}
