-- Training signals by their id, by an event that they come from, or by their session.
SELECT pair, toString(kind) AS kind, anchor, anchor_document, document, weight, user, session, source_document,
       source_version, event_ids, occurred_at, withdrawn
FROM pairs FINAL
WHERE tenant = {tenant:String}
  AND (pair = {pair:String}
       OR ({event:String} != '' AND has(event_ids, {event:String}))
       OR ({session:String} != '' AND session = {session:String}))
ORDER BY occurred_at, kind, pair
LIMIT {limit:UInt32}
