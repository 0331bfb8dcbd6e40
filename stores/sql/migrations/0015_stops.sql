-- One row per training run, newest state of it; `rung` is what the held-out queries were asked with.
-- `stopped_by` an operator who asked to end it, and why (empty when nobody did); its verdict says whether that took effect.
CREATE OR REPLACE VIEW runs AS
SELECT tenant, JSONExtractString(payload, 'run') AS run,
       minIf(occurred_at, type = 'TrainingRequested') AS requested_at,
       anyIf(JSONExtractString(payload, 'requested_by'), type = 'TrainingRequested') AS requested_by,
       anyIf(JSONExtractString(payload, 'reason'), type = 'TrainingRequested') AS reason,
       maxIf(occurred_at, type IN ('ModelTrained', 'ModelRefused')) AS ended_at,
       multiIf(countIf(type = 'ModelTrained') > 0, 'WIN',
               countIf(type = 'ModelRefused') > 0, anyIf(JSONExtractString(payload, 'verdict'), type = 'ModelRefused'),
               'RUNNING') AS verdict,
       anyIf(JSONExtractString(payload, 'model'), type = 'ModelTrained') AS model,
       anyIf(JSONExtractString(payload, 'snapshot'), type IN ('ModelTrained', 'ModelRefused')) AS snapshot,
       anyIf(JSONExtractFloat(payload, 'comparison', 'ndcg_live'), type IN ('ModelTrained', 'ModelRefused')) AS ndcg_live,
       anyIf(JSONExtractFloat(payload, 'comparison', 'ndcg_candidate'), type IN ('ModelTrained', 'ModelRefused')) AS ndcg_candidate,
       anyIf(JSONExtractFloat(payload, 'comparison', 'low'), type IN ('ModelTrained', 'ModelRefused')) AS low,
       anyIf(JSONExtractFloat(payload, 'comparison', 'high'), type IN ('ModelTrained', 'ModelRefused')) AS high,
       anyIf(JSONExtractUInt(payload, 'comparison', 'look'), type IN ('ModelTrained', 'ModelRefused')) AS look,
       anyIf(JSONExtractFloat(payload, 'comparison', 'level'), type IN ('ModelTrained', 'ModelRefused')) AS level,
       anyIf(JSONExtractUInt(payload, 'comparison', 'needed'), type IN ('ModelTrained', 'ModelRefused')) AS needed,
       anyIf(JSONExtractString(payload, 'comparison', 'rung'), type IN ('ModelTrained', 'ModelRefused')) AS rung,
       anyIf(JSONExtract(payload, 'reasons', 'Array(String)'), type IN ('ModelTrained', 'ModelRefused')) AS reasons,
       minIf(occurred_at, type = 'TrainingStopped') AS stopped_at,
       argMinIf(JSONExtractString(payload, 'by'), occurred_at, type = 'TrainingStopped') AS stopped_by,
       argMinIf(JSONExtractString(payload, 'reason'), occurred_at, type = 'TrainingStopped') AS stopped_because
FROM learning WHERE type IN ('TrainingRequested', 'TrainingStopped', 'ModelTrained', 'ModelRefused')
GROUP BY tenant, run
HAVING countIf(type != 'TrainingStopped') > 0;
