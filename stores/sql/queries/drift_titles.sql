-- Titles of the first shown results of the sample that drift_searches draws (the same parameters draw the same searches).
WITH drawn AS
(
    SELECT event_id, any(user) AS person, min(occurred_at) AS asked_at, any(payload) AS body
    FROM events
    WHERE topic = 'searches' AND tenant = {tenant:String}
      AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
      AND occurred_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
      AND JSONExtractString(payload, 'model') = {model:String}
    GROUP BY event_id
    ORDER BY cityHash64(person, {from_ms:Int64}), person, asked_at, event_id
    LIMIT {per_user:UInt32} BY person
    LIMIT {most:UInt32}
)
SELECT document, argMax(title, version) AS title
FROM documents
WHERE tenant = {tenant:String} AND document IN
(
    SELECT JSONExtractString(arrayJoin(arraySlice(JSONExtractArrayRaw(body, 'results'), 1, {best:UInt32})), 'document')
    FROM drawn
)
GROUP BY document
