-- Whether a run has asked the held-out queries: then their scores are here.
SELECT 1 AS looked FROM query_scores WHERE tenant = {tenant:String} AND run = {run:String} LIMIT 1
