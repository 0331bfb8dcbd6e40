-- What an indexer that was replaced may still be writing.

-- Documents that carried an intent when another indexer took their tenant over. Its successors know them, too, for a day; by
-- then an audit has read every row.
CREATE TABLE doubts
(
    tenant       LowCardinality(String),
    collection   String,
    document     String,
    noted_at     DateTime('UTC') DEFAULT now() COMMENT 'by the clock of the warehouse'
)
ENGINE = ReplacingMergeTree(noted_at)
ORDER BY (tenant, collection, document)
TTL noted_at + INTERVAL 1 DAY;
