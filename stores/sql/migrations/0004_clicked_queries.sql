-- By which queries people found documents and were satisfied: further words that a document is found by
-- (`retrieval/clicked_queries.py`), and what the indexer needs to keep them so.

-- Who was satisfied by which document after which query, as it was typed, and when last: made of the pairs that the
-- streams write. A pair that weighs 0.65 or more says so: an opening at the first rank whose dwell is unknown weighs 0.7,
-- and so does an opened citation. A bounce weighs less, and so does what was cited beside the opened one.
CREATE TABLE query_clicks
(
    tenant       LowCardinality(String),
    document     String COMMENT 'as it was called then',
    query        String,
    user         String,
    clicked_at   SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, document, query, user);

CREATE MATERIALIZED VIEW query_clicks_made TO query_clicks AS
SELECT tenant, document, anchor AS query, user, max(occurred_at) AS clicked_at
FROM pairs
WHERE kind IN ('search_click', 'citation_click') AND weight >= 0.65 AND NOT withdrawn AND user != '' AND anchor != ''
GROUP BY tenant, document, query, user;

INSERT INTO query_clicks
SELECT tenant, document, anchor AS query, user, max(occurred_at) AS clicked_at
FROM pairs
WHERE kind IN ('search_click', 'citation_click') AND weight >= 0.65 AND NOT withdrawn AND user != '' AND anchor != ''
GROUP BY tenant, document, query, user;

-- Documents whose query_clicks changed, by the warehouse's clock: where the indexer has to look again. Rows go after a week.
-- It looks at every document in turn all the same.
CREATE TABLE query_clicks_noted
(
    noted_at     DateTime64(6, 'UTC') DEFAULT now64(6),
    tenant       LowCardinality(String),
    document     String
)
ENGINE = MergeTree
PARTITION BY toDate(noted_at)
ORDER BY (tenant, noted_at, document)
TTL toDate(noted_at) + INTERVAL 7 DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW query_clicks_noted_made TO query_clicks_noted AS
SELECT DISTINCT now64(6) AS noted_at, tenant, document
FROM pairs
WHERE kind IN ('search_click', 'citation_click') AND weight >= 0.65 AND NOT withdrawn AND user != '' AND anchor != '';

-- What is said of a document, under its present name: queries of several people each, none of whom is named here.
CREATE TABLE clicked_queries
(
    tenant       LowCardinality(String),
    document     String,
    queries      Array(String) COMMENT 'in their normal form, the most used first; empty when none is said any more',
    digest       String COMMENT 'of the queries; empty without any',
    revision     UInt64
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (tenant, document);

-- Which of them a collection was given.
ALTER TABLE applied
    ADD COLUMN IF NOT EXISTS clicked_digest String COMMENT 'of the clicked queries as they were written';
