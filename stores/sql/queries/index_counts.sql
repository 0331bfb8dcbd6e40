-- How many documents a collection should show, and for how many it shows what holds; and how many it was given in the last
-- two minutes, within how many seconds until now.
SELECT countIf(NOT d.gone) AS total,
       countIf(NOT d.gone AND a.document_revision = d.revision AND NOT a.deleted) AS done,
       countIf(if(d.gone, if(a.document = '', d.deleted, NOT a.deleted),
                  a.document = '' OR a.deleted OR a.document_revision != d.revision)) AS pending,
       countIf(a.new AND a.document_revision = d.revision) AS recent,
       if(countIf(a.new) = 0, 0, dateDiff('millisecond', minIf(a.applied_at, a.new), now64(3)) / 1000) AS recent_s
FROM
(
    SELECT document, revision, deleted, (deleted OR kind = 'message') AS gone
    FROM documents FINAL WHERE tenant = {tenant:String}
) AS d
LEFT JOIN
(
    SELECT document, document_revision, deleted, applied_at, applied_at > now64(3) - INTERVAL 2 MINUTE AS new
    FROM applied FINAL WHERE tenant = {tenant:String} AND collection = {collection:String}
) AS a ON d.document = a.document
