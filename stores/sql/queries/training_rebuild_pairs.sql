-- Signals by id, withdrawn ones too: what a snapshot's manifest names.
SELECT pair, kind, anchor, anchor_document, document, weight, event_ids, occurred_at
FROM pairs FINAL
WHERE tenant = {tenant:String} AND pair IN {pairs:Array(String)}
ORDER BY kind, pair
