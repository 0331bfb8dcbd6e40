-- What judged and what taught, over all runs of a tenant, and the looks that the gate took.

-- By keyed hash, without a text: documents by id and by content, queries by their normal form. The key is the
-- installation's and is not in the warehouse.
CREATE TABLE hold_out
(
    tenant       LowCardinality(String),
    role         LowCardinality(String) COMMENT 'taught, chose (validation) or tested',
    kind         LowCardinality(String) COMMENT 'document or query',
    item         String COMMENT 'keyed hash',
    words        Array(String) COMMENT 'of a query: keyed hashes of its subject words, so that near copies are known again',
    snapshot     String COMMENT 'of the run that used it so first',
    key          LowCardinality(String) COMMENT 'which key the hashes were made with'
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, key, role, kind, item, snapshot);

-- The runs that the memory has: each stands here before it learns, with how many rows it added.
CREATE TABLE hold_out_runs
(
    tenant       LowCardinality(String),
    snapshot     String,
    run          String,
    rows         UInt64,
    key          LowCardinality(String),
    recorded_at  DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, key, snapshot);

ALTER TABLE snapshot_pairs
    ADD COLUMN IF NOT EXISTS cause LowCardinality(String) COMMENT 'of side unused: why it neither teaches nor tests';

-- Every look of the gate at a tenant's hold-out: a run's end that compared, in the order of the looks.
CREATE OR REPLACE VIEW looks AS
SELECT tenant, JSONExtractString(payload, 'run') AS run, occurred_at,
       JSONExtractUInt(payload, 'comparison', 'look') AS look,
       JSONExtractFloat(payload, 'comparison', 'level') AS level,
       JSONExtractFloat(payload, 'comparison', 'low') > 0 AS rejected,
       JSONExtractUInt(payload, 'comparison', 'queries') AS queries,
       if(type = 'ModelTrained', 'WIN', JSONExtractString(payload, 'verdict')) AS verdict
FROM learning
WHERE type IN ('ModelTrained', 'ModelRefused') AND JSONHas(payload, 'comparison', 'queries');

-- One row per training run, newest state of it.
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
       anyIf(JSONExtract(payload, 'reasons', 'Array(String)'), type IN ('ModelTrained', 'ModelRefused')) AS reasons
FROM learning WHERE type IN ('TrainingRequested', 'ModelTrained', 'ModelRefused')
GROUP BY tenant, run;
