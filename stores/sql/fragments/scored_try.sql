-- Whose scores count: those of the try that the end of the run names by its snapshot, and without any, the rows that name none.
    snapshot = (SELECT snapshot FROM query_scores WHERE tenant = {tenant:String} AND run = {run:String}
                ORDER BY snapshot = {snapshot:String} DESC, snapshot LIMIT 1)
