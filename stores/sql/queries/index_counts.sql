-- How many documents a collection should show, and for how many it shows what holds.
SELECT countIf(NOT d.gone) AS total,
       countIf(NOT d.gone AND a.document_revision = d.revision AND NOT a.deleted) AS done,
       countIf(if(d.gone, if(a.document = '', d.deleted, NOT a.deleted),
                  a.document = '' OR a.deleted OR a.document_revision != d.revision)) AS pending
FROM
(
    SELECT document, revision, deleted, (deleted OR kind = 'message') AS gone
    FROM documents FINAL WHERE tenant = {tenant:String}
) AS d
LEFT JOIN
(
    SELECT document, document_revision, deleted
    FROM applied FINAL WHERE tenant = {tenant:String} AND collection = {collection:String}
) AS a ON d.document = a.document
