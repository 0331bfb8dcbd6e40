-- The newest run of a tenant that compared, if there is one.
SELECT run FROM runs
WHERE tenant = {tenant:String} AND run IN (SELECT run FROM query_scores WHERE tenant = {tenant:String})
ORDER BY requested_at DESC
LIMIT 1
