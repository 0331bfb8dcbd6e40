-- Every session, from the raw rows alone: what streams/sessions/rules.py must come to. A gap of at least {gap_ms} parts two
-- sessions, and a run of accesses is cut into chunks of {max_accesses}. An empty tenant means all.
WITH
    marked AS
    (
        SELECT tenant, user, toUnixTimestamp64Milli(accessed_at) AS time, event_id, document,
               time - lagInFrame(time, 1, time - {gap_ms:Int64}) OVER everything >= {gap_ms:Int64} AS starts
        FROM accesses
        WHERE {tenant:String} = '' OR tenant = {tenant:String}
        WINDOW everything AS (PARTITION BY tenant, user ORDER BY time, event_id, document
                              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    ),
    in_runs AS
    (
        SELECT *, sum(starts) OVER (PARTITION BY tenant, user ORDER BY time, event_id, document
                                    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
        FROM marked
    ),
    in_chunks AS
    (
        SELECT *, intDiv(row_number() OVER (PARTITION BY tenant, user, run ORDER BY time, event_id, document) - 1,
                         {max_accesses:UInt32}) AS chunk
        FROM in_runs
    )
SELECT tenant, user,
       arraySort(groupArray((time, event_id, document))) AS held,
       lower(hex(substring(SHA256(arrayStringConcat(
           ['session', toString(tenant), user, toString(held[1].1), held[1].2, held[1].3], '\x1f')), 1, 16))) AS session,
       held[1].1 AS started, held[-1].1 AS ended, toUInt32(length(held)) AS accesses,
       arrayMap(a -> a.3, held) AS documents, arrayMap(a -> a.2, held) AS event_ids
FROM in_chunks
GROUP BY tenant, user, run, chunk
ORDER BY tenant, user, started, session
