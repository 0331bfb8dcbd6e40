-- How often the tenant's documents are referred to by others that everyone may see, and by how many people they were
-- opened since then. A link of a document that only some may see would tell others of it by their scores.
SELECT document, sum(linked) AS references, sum(readers) AS people
FROM
(
    SELECT target AS document, uniqExact(documents.document) AS linked, 0 AS readers
    FROM documents FINAL ARRAY JOIN link_targets AS target
    WHERE tenant = {tenant:String} AND NOT deleted AND has(acl, 'everyone') AND target != documents.document
    GROUP BY target
    UNION ALL
    SELECT document, 0 AS linked, uniqExact(user) AS readers
    FROM events
    WHERE tenant = {tenant:String} AND type IN ('DocumentOpened', 'CitationOpened')
      AND occurred_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    GROUP BY document
)
WHERE document != ''
GROUP BY document
