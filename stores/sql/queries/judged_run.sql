-- The newest run of a tenant that compared, or the one that is named, and the snapshot of the try that ended.
SELECT run, snapshot FROM runs
WHERE tenant = {tenant:String} AND run IN (SELECT run FROM query_scores WHERE tenant = {tenant:String})
  AND ({run:String} = '' OR run = {run:String})
ORDER BY requested_at DESC
LIMIT 1
