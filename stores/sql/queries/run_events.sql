-- What the audit trail has of one training run, oldest first, as it was sent.
SELECT payload FROM learning
WHERE tenant = {tenant:String} AND type IN ('TrainingRequested', 'TrainingStopped', 'ModelTrained', 'ModelRefused')
  AND JSONExtractString(payload, 'run') = {run:String}
ORDER BY occurred_at, offset
