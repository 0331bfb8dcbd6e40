-- Titles of the first shown results of the sample that drift_searches draws (the same parameters draw the same searches).
WITH
-- include: drift_drawn
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
