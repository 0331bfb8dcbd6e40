-- Titles of the first shown results of the sample that drift_searches draws (the same parameters draw the same searches). A
-- renamed document has the title that it has under its present id.
WITH
-- include: drift_drawn,
-- include: drift_seen,
    shown AS
    (
        SELECT DISTINCT arrayJoin(if(empty(seen.documents),
            arrayMap(r -> JSONExtractString(r, 'document'), arraySlice(JSONExtractArrayRaw(b.body, 'results'), 1, {best:UInt32})),
            arraySlice(seen.documents, 1, {best:UInt32}))) AS former
        FROM
        (
            SELECT any(interaction) AS search, any(payload) AS body
            FROM events
            WHERE topic = 'searches' AND type = 'SearchServed' AND tenant = {tenant:String}
              AND occurred_at >= window_start AND occurred_at < window_end
              AND event_id IN (SELECT event_id FROM drawn)
            GROUP BY event_id
        ) AS b
        LEFT JOIN seen ON seen.search = b.search
    ),
    named AS
    (
        SELECT former, if(current = '', former, current) AS document FROM shown
-- include: present_names
    )
SELECT n.former AS document, t.title AS title
FROM named AS n
INNER JOIN
(
    SELECT document, argMax(title, version) AS title FROM documents
    WHERE tenant = {tenant:String} AND document IN (SELECT document FROM named)
    GROUP BY document
) AS t ON t.document = n.document
