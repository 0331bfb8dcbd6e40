-- The tenant's searchable documents, most opened first, and the chat messages that people reacted to. Other messages are
-- searched as conversations, not one by one.
SELECT d.document AS document, d.version AS version, d.app AS app, d.kind AS kind, d.title AS title,
       substringUTF8(d.body, 1, {characters:UInt32}) AS body, d.content_hash AS content_hash,
       d.link_targets AS link_targets, d.acl AS acl, d.updated_at AS updated_at, o.opened AS opened, q.queries AS clicked
FROM (SELECT * FROM current_documents WHERE tenant = {tenant:String}) AS d
LEFT JOIN (SELECT document, count() AS opened FROM openings WHERE tenant = {tenant:String} GROUP BY document) AS o
    ON d.document = o.document
LEFT JOIN (SELECT document, queries FROM clicked_queries FINAL WHERE tenant = {tenant:String}) AS q
    ON d.document = q.document
LEFT JOIN
(
    SELECT DISTINCT document AS reacted FROM live_pairs WHERE tenant = {tenant:String} AND kind = 'reaction'
) AS r
    ON d.document = r.reacted
WHERE d.kind != 'message' OR r.reacted != ''
ORDER BY opened DESC, document
LIMIT {limit:UInt32}
