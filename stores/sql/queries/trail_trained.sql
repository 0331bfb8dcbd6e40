-- The event of a run's win, as it was sent.
SELECT payload FROM learning
WHERE tenant = {tenant:String} AND type = 'ModelTrained' AND JSONExtractString(payload, 'run') = {run:String}
ORDER BY offset
