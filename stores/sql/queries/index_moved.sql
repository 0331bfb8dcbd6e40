-- Documents that were opened since then, or that a document which changed since then links to, under whichever id.
SELECT DISTINCT used AS document
FROM
(
    SELECT document AS used FROM events
    WHERE topic IN ('clicks', 'citation.clicks') AND tenant = {tenant:String} AND document != ''
      AND received_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    UNION ALL
    SELECT arrayJoin(link_targets) AS used FROM documents
    WHERE tenant = {tenant:String} AND document IN
    (
        SELECT document FROM document_changes
        WHERE tenant = {tenant:String} AND arrived_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    )
)
ORDER BY used
LIMIT {limit:UInt32}
