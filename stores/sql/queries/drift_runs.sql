-- A tenant's latest training runs: when they were asked for and ended (0: not yet), in milliseconds, and what became of them.
WITH
    shadows AS
    (
        SELECT JSONExtractString(payload, 'run') AS run, JSONExtractString(payload, 'collection') AS collection
        FROM learning WHERE tenant = {tenant:String} AND type = 'ShadowStarted'
    ),
    refused AS
    (
        SELECT DISTINCT run FROM shadows
        WHERE collection IN (SELECT JSONExtractString(payload, 'collection') FROM learning
                             WHERE tenant = {tenant:String} AND type = 'CutoverRefused')
    ),
    live AS
    (
        SELECT DISTINCT JSONExtractString(payload, 'model') AS model FROM learning
        WHERE tenant = {tenant:String} AND type = 'CutoverDone'
    )
SELECT run, toUnixTimestamp64Milli(requested_at) AS requested_ms, toUnixTimestamp64Milli(ended_at) AS ended_ms,
       multiIf(verdict = 'RUNNING', 'running',
               verdict = 'ERROR', 'failed',
               verdict != 'WIN', 'refused',
               model IN (SELECT model FROM live), 'live',
               run IN (SELECT run FROM refused), 'refused',
               'waiting') AS outcome
FROM (SELECT * FROM runs WHERE tenant = {tenant:String} ORDER BY requested_at DESC LIMIT 20) AS newest
ORDER BY requested_at DESC
