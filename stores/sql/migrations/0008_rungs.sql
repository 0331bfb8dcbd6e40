-- Every way of changing what is served that a run tried, from the cheapest, with what it gained on validation queries.
CREATE OR REPLACE VIEW rungs AS
SELECT tenant, JSONExtractString(payload, 'run') AS run, occurred_at,
       arrayJoin(JSONExtractArrayRaw(payload, 'comparison', 'rungs')) AS tried,
       JSONExtractString(tried, 'rung') AS rung,
       rung = JSONExtractString(payload, 'comparison', 'rung') AS chosen,
       JSONExtractFloat(tried, 'gain') AS gain, JSONExtractFloat(tried, 'low') AS low, JSONExtractFloat(tried, 'high') AS high,
       JSONExtractUInt(tried, 'queries') AS queries, JSONExtractFloat(tried, 'seconds') AS seconds,
       JSONExtractUInt(tried, 'documents') AS documents, JSONExtractUInt(tried, 'passages') AS passages
FROM learning
WHERE type IN ('ModelTrained', 'ModelRefused');

-- One row per training run, newest state of it; `rung` is what the held-out queries were asked with.
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
       anyIf(JSONExtract(payload, 'reasons', 'Array(String)'), type IN ('ModelTrained', 'ModelRefused')) AS reasons
FROM learning WHERE type IN ('TrainingRequested', 'ModelTrained', 'ModelRefused')
GROUP BY tenant, run;
