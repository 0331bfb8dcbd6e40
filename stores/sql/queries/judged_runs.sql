-- What every system answered to the held-out queries of a run, with the documents that clicks name.
SELECT query, system, relevant, retrieved FROM query_scores FINAL
WHERE tenant = {tenant:String} AND run = {run:String} AND
-- include: scored_try
ORDER BY system, query
