-- A sample of the documents opened in a window: how often, and how far their text at its end has moved since before_ms, from 0
-- (the same) to 1 (new, or nothing left of it), by groups of four signs. A renamed document is one document: what came under its
-- former id comes before, so that a new id with the old text is no change.
WITH
    fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AS window_start,
    fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC') AS window_end,
    fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC') AS compared_with,
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
        SELECT if(current = '', former, current) AS document, occurred_at, text, (former = document, version, offset) AS place
        FROM
        (
            SELECT document AS former, occurred_at, JSONExtractUInt(payload, 'version') AS version, offset,
                   concat(JSONExtractString(payload, 'title'), ' ', JSONExtractString(payload, 'body')) AS text
            FROM events
            WHERE topic = 'documents.changes' AND type = 'DocumentUpserted' AND tenant = {tenant:String}
              AND occurred_at < window_end
        ) AS once
-- include: present_names
        WHERE document IN (SELECT document FROM viewed)
    )
SELECT v.document AS document, v.openings AS openings, c.moved AS moved
FROM viewed AS v
LEFT JOIN
(
    SELECT document, argMax(text, place) AS now, argMaxIf(text, place, occurred_at < compared_with) AS before,
           multiIf(now = before, 0., before = '', 1.,
                   ngramDistance(substring(now, 1, 16000), substring(before, 1, 16000))) AS moved
    FROM versions GROUP BY document
) AS c ON c.document = v.document
ORDER BY document
