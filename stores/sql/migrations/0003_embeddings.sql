-- Vectors of passages, made once for the indexer and the trainer. A row goes 14 days after it was last renewed
-- (`stores/embeddings.py`). Rows are sought one by one and are large: hence the small granules. ZSTD saves a tenth of the
-- floats of unit vectors, no codec saves more.
CREATE TABLE embeddings
(
    tenant   LowCardinality(String),
    encoder  LowCardinality(String) COMMENT 'which model, reading how much, at which precision: retrieval.identity.encoding',
    passage  String COMMENT 'hash of the text, with the tenant as key',
    vector   Array(Float32) CODEC(ZSTD(1)),
    digest   String COMMENT 'of the vector as it was made: a damaged one counts as absent',
    used_at  DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when it was made or last renewed'
)
ENGINE = ReplacingMergeTree(used_at)
ORDER BY (tenant, encoder, passage)
TTL toDateTime(used_at) + toIntervalDay(14)
SETTINGS index_granularity = 64;

-- What reading a collection back is held against.
ALTER TABLE applied
    ADD COLUMN IF NOT EXISTS passages_digest String COMMENT 'of the texts and vectors as they were written, in order',
    ADD COLUMN IF NOT EXISTS authority Float32 COMMENT 'as it was written';
