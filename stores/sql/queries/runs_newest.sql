-- Training runs of a tenant, newest first.
SELECT run, requested_at, requested_by, verdict, model, ndcg_live, ndcg_candidate, low, high, look, level, needed, rung, reason, reasons, ended_at,
       stopped_by, stopped_because, snapshot
FROM runs
WHERE tenant = {tenant:String}
ORDER BY requested_at DESC
LIMIT {limit:UInt32}
