-- Titles of the first shown results of the sample that drift_searches draws (the same parameters draw the same searches).
WITH
    fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AS window_start,
    fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC') AS window_end,
    drawn AS
    (
        SELECT event_id, any(user) AS person, min(occurred_at) AS asked_at
        FROM events
        WHERE topic = 'searches' AND type = 'SearchServed' AND tenant = {tenant:String}
          AND occurred_at >= window_start AND occurred_at < window_end
        GROUP BY event_id
        ORDER BY cityHash64(person, {from_ms:Int64}), person, asked_at, event_id
        LIMIT {per_user:UInt32} BY person
        LIMIT {most:UInt32}
    )
SELECT document, argMax(title, version) AS title
FROM documents
WHERE tenant = {tenant:String} AND document IN
(
    SELECT JSONExtractString(arrayJoin(arraySlice(JSONExtractArrayRaw(payload, 'results'), 1, {best:UInt32})), 'document')
    FROM events
    WHERE topic = 'searches' AND type = 'SearchServed' AND tenant = {tenant:String}
      AND occurred_at >= window_start AND occurred_at < window_end
      AND event_id IN (SELECT event_id FROM drawn)
)
GROUP BY document
