-- How a run ended, if it did.
SELECT type FROM learning
WHERE tenant = {tenant:String} AND type IN ('ModelTrained', 'ModelRefused')
  AND JSONExtractString(payload, 'run') = {run:String}
LIMIT 1
