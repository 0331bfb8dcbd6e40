-- Every pair that follows from what users did, from the raw rows alone: what the rules in streams/pairs must come to.
-- Constants are the rules' fields; {rank_weights} holds the weight of rank 1, 2, ... (the last one for all that follow),
-- {reactions}, {meanings} and {strengths} are the reactions that mean something, the name that each counts under and its
-- signed strength. An empty tenant means all.
WITH
    raw AS
    (
        SELECT * FROM events FINAL WHERE {tenant:String} = '' OR tenant = {tenant:String}
    ),
    clicked AS
    (
        SELECT tenant, event_id, document, min(occurred_at) AS at,
               argMin((query, rank, dwell_s, user), occurred_at) AS first
        FROM raw WHERE type = 'DocumentOpened' AND rank > 0
        GROUP BY tenant, event_id, document
    ),
    search_click AS
    (
        SELECT tenant, 'search_click' AS kind, [event_id, document] AS id_parts, first.1 AS anchor, '' AS anchor_document,
               document,
               {rank_weights:Array(Float64)}[least(first.2, length({rank_weights:Array(Float64)}))]
               * if(first.3 < 0, {unknown_dwell:Float64},
                    {bounced:Float64} + (1 - {bounced:Float64}) * least(first.3, {satisfied_s:Float64})
                                        / {satisfied_s:Float64}) AS weight,
               first.4 AS user, '' AS session, [event_id] AS event_ids, at
        FROM clicked
    ),
    cited AS
    (
        SELECT tenant, event_id, min(occurred_at) AS at,
               argMin((query, user, document, JSONExtract(payload, 'cited', 'Array(String)')), occurred_at) AS first,
               arraySlice(arrayFilter(d -> d != first.3, arrayDistinct(first.4)), 1, {max_others:UInt32}) AS others,
               empty(others) OR {opened_share:Float64} = 1 AS alone
        FROM raw WHERE type = 'CitationOpened'
        GROUP BY tenant, event_id
    ),
    citation_click AS
    (
        SELECT tenant, 'citation_click' AS kind, [event_id, given.1] AS id_parts, first.1 AS anchor, '' AS anchor_document,
               given.1 AS document, given.2 AS weight, first.2 AS user, '' AS session, [event_id] AS event_ids, at
        FROM cited
        ARRAY JOIN if(alone, [(first.3, toFloat64(1))],
                      arrayConcat([(first.3, {opened_share:Float64})],
                                  arrayMap(d -> (d, (1 - {opened_share:Float64}) / length(others)), others))) AS given
    ),
    reacted AS
    (
        SELECT tenant, interaction AS target, user, event_id, query, occurred_at,
               indexOf({reactions:Array(String)}, JSONExtractString(payload, 'reaction')) AS known,
               {meanings:Array(String)}[known] AS meaning, {strengths:Array(Float64)}[known] AS strength,
               JSONExtractString(payload, 'change') = 'withdrawn' AS withdrawn,
               2 * toUnixTimestamp64Milli(occurred_at) + withdrawn AS turn,
               arraySlice(arrayDistinct(if(JSONExtractString(payload, 'target', 'kind') = 'message',
                   [JSONExtractString(payload, 'target', 'document')],
                   JSONExtract(payload, 'target', 'cited', 'Array(String)'))), 1, {max_documents:UInt32}) AS documents
        FROM raw WHERE type = 'Reacted' AND has({reactions:Array(String)}, JSONExtractString(payload, 'reaction'))
    ),
    reaction AS
    (
        SELECT tenant, 'reaction' AS kind, [target, user, meaning, about] AS id_parts, newest.1 AS anchor,
               '' AS anchor_document, about AS document, newest.2 AS weight, user, '' AS session, [newest.3] AS event_ids,
               newest.4 AS at
        FROM
        (
            SELECT tenant, target, user, meaning, about, max(turn) AS held,
                   argMax((query, strength / length(documents), event_id, occurred_at), turn) AS newest
            FROM reacted ARRAY JOIN documents AS about
            WHERE NOT withdrawn
            GROUP BY tenant, target, user, meaning, about
        ) AS added
        LEFT JOIN
        (
            SELECT tenant, target, user, meaning, max(turn) AS ended FROM reacted WHERE withdrawn
            GROUP BY tenant, target, user, meaning
        ) AS gone USING (tenant, target, user, meaning)
        WHERE held > ended
    ),
-- include: oracle_sessions,
    near AS
    (
        SELECT tenant, user, session, least(a.3, b.3) AS low, greatest(a.3, b.3) AS high,
               min((b.1 - a.1, i, j)) AS closest, argMin((a, b), (b.1 - a.1, i, j)) AS two
        FROM
        (
            SELECT tenant, user, session, held, i, arrayJoin(range(i + 1, least(i + {lookahead:UInt32}, length(held)) + 1))
                   AS j, held[i] AS a, held[j] AS b
            FROM oracle_sessions ARRAY JOIN arrayEnumerate(held) AS i
        )
        WHERE b.1 - a.1 < {window_ms:Int64} AND a.3 != b.3
        GROUP BY tenant, user, session, low, high
    ),
    co_access AS
    (
        SELECT tenant, 'co_access' AS kind, [session, low, high] AS id_parts, '' AS anchor, two.1.3 AS anchor_document,
               two.2.3 AS document, ({window_ms:Int64} - closest.1) / {window_ms:Int64} AS weight, user, session,
               [two.1.2, two.2.2] AS event_ids, fromUnixTimestamp64Milli(two.2.1, 'UTC') AS at
        FROM
        (
            SELECT *, row_number() OVER (PARTITION BY tenant, session ORDER BY closest) AS nth FROM near
        )
        WHERE nth <= {max_pairs:UInt32}
    )
SELECT tenant, kind,
       lower(hex(substring(SHA256(arrayStringConcat(arrayConcat([kind, toString(tenant)], id_parts), '\x1f')), 1, 16)))
           AS pair,
       anchor, anchor_document, document, toFloat32(weight) AS weight, user, session, event_ids, at AS occurred_at
FROM
(
    SELECT * FROM search_click
    UNION ALL SELECT * FROM citation_click
    UNION ALL SELECT * FROM reaction
    UNION ALL SELECT * FROM co_access
)
ORDER BY tenant, kind, pair
