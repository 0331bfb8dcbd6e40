-- A tenant's latest training runs: when they were asked for and ended (0: not yet), in milliseconds, and what became of them; where
-- the gate compared, what the model gained as served, and the seconds of learning and of building its shadow.
WITH
    shadows AS
    (
        SELECT JSONExtractString(payload, 'run') AS run, JSONExtractString(payload, 'collection') AS collection,
               toUnixTimestamp64Milli(occurred_at) AS started
        FROM learning WHERE tenant = {tenant:String} AND type = 'ShadowStarted'
    ),
    built AS
    (
        SELECT s.run AS run, max(r.ready - s.started) / 1000 AS seconds
        FROM shadows AS s
        JOIN (SELECT JSONExtractString(payload, 'collection') AS collection, min(toUnixTimestamp64Milli(occurred_at)) AS ready
              FROM learning WHERE tenant = {tenant:String} AND type = 'ShadowReady' GROUP BY collection) AS r ON r.collection = s.collection
        GROUP BY run
    ),
    tried AS (SELECT run, sum(seconds) AS seconds FROM rungs WHERE tenant = {tenant:String} GROUP BY run),
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
SELECT newest.run AS run, toUnixTimestamp64Milli(requested_at) AS requested_ms, toUnixTimestamp64Milli(ended_at) AS ended_ms,
       multiIf(verdict = 'RUNNING', 'running',
               verdict = 'ERROR', 'failed',
               verdict = 'STOPPED', 'stopped',
               verdict != 'WIN', 'refused',
               model IN (SELECT model FROM live), 'live',
               newest.run IN (SELECT run FROM refused), 'refused',
               'waiting') AS outcome,
       ndcg_live > 0 OR ndcg_candidate > 0 AS compared, ndcg_candidate - ndcg_live AS gain,
       tried.seconds + greatest(built.seconds, 0) AS work_s
FROM (SELECT * FROM runs WHERE tenant = {tenant:String} ORDER BY requested_at DESC LIMIT 20) AS newest
LEFT JOIN tried ON tried.run = newest.run
LEFT JOIN built ON built.run = newest.run
ORDER BY requested_at DESC
