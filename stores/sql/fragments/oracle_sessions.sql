-- CTE `oracle_sessions`: every session, from the raw rows alone. A gap of at least {gap_ms} parts two sessions, and a run of
-- accesses is cut into chunks of {max_accesses}. `held` are a session's accesses in order. An empty tenant means all.
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
    ),
    oracle_sessions AS
    (
        SELECT tenant, user, arraySort(groupArray((time, event_id, document))) AS held,
               lower(hex(substring(SHA256(arrayStringConcat(
                   ['session', toString(tenant), user, toString(held[1].1), held[1].2, held[1].3], '\x1f')), 1, 16)))
                   AS session
        FROM in_chunks GROUP BY tenant, user, run, chunk
    )
