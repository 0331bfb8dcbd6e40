-- Documents of which a collection does not show yet what holds (text, list or whatever else), in the order in which they should be applied:
-- deletions, then changes that touch no text (access lists among them), then text, most opened first.
-- A deletion counts also where nothing is recorded of the document: what was recorded may have been lost.
SELECT d.document AS document, d.version AS version, d.gone AS gone, (a.document != '' AND NOT a.deleted) AS known,
       a.document != '' AS recorded, a.passages AS applied_passages, a.revision AS applied_revision
FROM
(
    SELECT document, version, content_hash, revision, deleted, (deleted OR kind = 'message') AS gone
    FROM documents FINAL WHERE tenant = {tenant:String}
) AS d
LEFT JOIN
(
    SELECT document, content_hash, deleted, passages, revision, document_revision
    FROM applied FINAL WHERE tenant = {tenant:String} AND collection = {collection:String}
) AS a ON d.document = a.document
LEFT JOIN
(
    SELECT document, count() AS times FROM events
    WHERE tenant = {tenant:String} AND type IN ('DocumentOpened', 'CitationOpened') GROUP BY document
) AS opened ON d.document = opened.document
WHERE if(d.gone, known OR (d.deleted AND NOT recorded),
         NOT known OR a.document_revision != d.revision)
ORDER BY multiIf(d.gone, 0, a.content_hash = d.content_hash, 1, 2), opened.times DESC, d.document
LIMIT {limit:UInt32}
