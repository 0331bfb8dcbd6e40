-- The scores that a run's verdict rests on.
SELECT query, system, relevant, retrieved, score FROM query_scores FINAL
WHERE tenant = {tenant:String} AND run = {run:String} AND system IN ('candidate', 'live') AND
-- include: scored_try
