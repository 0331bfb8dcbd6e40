-- A sample of the documents opened in a window: how often, and whether their text was new or another than before there.
-- Changes before changes_from_ms do not count: the first filling of a corpus is no drift. A renamed document is one document:
-- what came under its former id comes before, so that a new id with the old text is no change.
WITH
    fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AS window_start,
    fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC') AS window_end,
    fromUnixTimestamp64Milli({changes_from_ms:Int64}, 'UTC') AS changes_start,
    viewed AS
    (
        SELECT if(current = '', former, current) AS document, uniqExact(event_id) AS openings
        FROM
        (
            SELECT document AS former, event_id
            FROM events
            WHERE topic IN ('clicks', 'citation.clicks') AND type IN ('DocumentOpened', 'CitationOpened')
              AND tenant = {tenant:String}
              AND occurred_at >= window_start AND occurred_at < window_end
        ) AS once
-- include: present_names
        GROUP BY document
        ORDER BY cityHash64(document, {from_ms:Int64}), document
        LIMIT {most:UInt32}
    ),
    versions AS
    (
        SELECT if(current = '', former, current) AS document, occurred_at, text,
               lagInFrame(text, 1, 0) OVER (PARTITION BY document ORDER BY former = document, version, offset
                                            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS text_before
        FROM
        (
            SELECT document AS former, occurred_at, JSONExtractUInt(payload, 'version') AS version, offset,
                   cityHash64(JSONExtractString(payload, 'title'), JSONExtractString(payload, 'body')) AS text
            FROM events
            WHERE topic = 'documents.changes' AND type = 'DocumentUpserted' AND tenant = {tenant:String}
              AND occurred_at < window_end
        ) AS once
-- include: present_names
        WHERE document IN (SELECT document FROM viewed)
    )
SELECT v.document AS document, v.openings AS openings, c.changed AS changed
FROM viewed AS v
LEFT JOIN
(
    SELECT document, max(text != text_before AND occurred_at >= window_start AND occurred_at >= changes_start) AS changed
    FROM versions GROUP BY document
) AS c ON c.document = v.document
ORDER BY document
