-- The tenant's live training signals up to a time: one voice per person and label, each person's voices bounded, hubs
-- among co-accessed documents discounted, newest first within the limit, in a fixed order. Whoever closed a document sooner
-- than `satisfied_s` after opening it was not satisfied; where nobody knows how long it was open, they were.
WITH
    once AS
    (
        SELECT pair, kind, anchor, anchor_document, document, weight, user, event_ids, occurred_at
        FROM live_pairs
        WHERE tenant = {tenant:String} AND occurred_at <= {as_of:DateTime64(3)}
        ORDER BY weight DESC, occurred_at DESC, pair
        LIMIT 1 BY kind, anchor, anchor_document, document, if(user = '', pair, user), weight < 0
    ),
    neighbours AS
    (
        SELECT one, uniqExact(other) AS degree
        FROM
        (
            SELECT document AS one, anchor_document AS other FROM once WHERE kind = 'co_access'
            UNION ALL
            SELECT anchor_document AS one, document AS other FROM once WHERE kind = 'co_access'
        )
        GROUP BY one
    ),
    capped AS
    (
        SELECT *, row_number() OVER (PARTITION BY kind, user ORDER BY occurred_at DESC, pair) AS nth
        FROM once
    )
SELECT pair, kind, anchor, anchor_document, c.document AS document,
       round(if(kind = 'co_access',
                c.weight / sqrt(log2(1 + greatest(1, n.degree)) * log2(1 + greatest(1, m.degree))),
                c.weight), 6) AS weight,
       event_ids, occurred_at,
       event_ids[1] NOT IN
       (
           SELECT event_id FROM events
           WHERE tenant = {tenant:String} AND type = 'DocumentOpened' AND dwell_s >= 0 AND dwell_s < {satisfied_s:Float64}
       ) AS satisfied
FROM capped AS c
LEFT JOIN neighbours AS n ON c.document = n.one
LEFT JOIN neighbours AS m ON c.anchor_document = m.one
WHERE user = '' OR nth <= {per_user:UInt32}
ORDER BY occurred_at DESC, kind, pair
LIMIT {limit:UInt32}
