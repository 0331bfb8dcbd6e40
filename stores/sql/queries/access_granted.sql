-- Documents that some groups may see and of which a collection shows something else than what holds, its list perhaps.
SELECT d.document AS document
FROM
(
    SELECT document, revision FROM documents FINAL
    WHERE tenant = {tenant:String} AND NOT deleted AND kind != 'message'
      AND hasAny(arrayMap(name -> normalizeUTF8NFC(name), acl), {groups:Array(String)})
) AS d
INNER JOIN
(
    SELECT document, document_revision FROM applied FINAL
    WHERE tenant = {tenant:String} AND collection = {collection:String} AND NOT deleted
) AS a ON d.document = a.document
WHERE a.document_revision != d.revision
ORDER BY document
LIMIT {limit:UInt32}
