-- Training runs by their id, the model that they made, or the snapshot that they learned from.
SELECT tenant, run, verdict, requested_at, requested_by, reason, ended_at, model, snapshot, ndcg_live, ndcg_candidate
FROM runs
WHERE tenant = {tenant:String}
  AND (run = {run:String} OR (model != '' AND model = {model:String}) OR has({snapshots:Array(String)}, snapshot))
ORDER BY requested_at, run
