-- Signals by id, withdrawn ones too: what a snapshot's manifest names. `current` is the present id of a renamed document.
SELECT pair, kind, anchor, anchor_document, former AS document, current, weight, event_ids, occurred_at
FROM
(
    SELECT pair, kind, anchor, anchor_document, document AS former, weight, event_ids, occurred_at
    FROM pairs FINAL
    WHERE tenant = {tenant:String} AND pair IN {pairs:Array(String)}
) AS once
-- include: present_names
ORDER BY kind, pair
