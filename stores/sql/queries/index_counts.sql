-- How many documents a collection should show, and for how many it shows the newest version.
SELECT countIf(NOT d.gone) AS total,
       countIf(NOT d.gone AND a.version = d.version AND a.content_hash = d.content_hash AND NOT a.deleted) AS done,
       countIf(if(d.gone, a.document != '' AND NOT a.deleted,
                  a.document = '' OR a.deleted OR a.version != d.version OR a.content_hash != d.content_hash)) AS pending
FROM
(
    SELECT document, version, content_hash, (deleted OR kind = 'message') AS gone
    FROM documents FINAL WHERE tenant = {tenant:String}
) AS d
LEFT JOIN
(
    SELECT document, version, content_hash, deleted
    FROM applied FINAL WHERE tenant = {tenant:String} AND collection = {collection:String}
) AS a ON d.document = a.document
