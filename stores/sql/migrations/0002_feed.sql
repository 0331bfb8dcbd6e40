-- What the indexer follows instead of comparing everything: which documents changed, in the order in which the warehouse took
-- them, and by document what a document's authority is made of.

-- Which documents changed. Their order is that of insertion, `_block_number`, which merges keep. Rows go after a week: a
-- collection that fell behind by more is compared whole.
CREATE TABLE document_changes
(
    arrived_at   DateTime64(6, 'UTC') DEFAULT now64(6) COMMENT 'by the clock of the warehouse',
    tenant       LowCardinality(String),
    document     String,
    revision     UInt256 COMMENT 'of the row of documents; 0 asks for another look at what holds'
)
ENGINE = MergeTree
PARTITION BY toDate(arrived_at)
ORDER BY (arrived_at, tenant, document)
TTL toDate(arrived_at) + INTERVAL 7 DAY
SETTINGS enable_block_number_column = 1, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW document_changes_made TO document_changes AS
SELECT now64(6) AS arrived_at, tenant, document, revision FROM documents;

-- How far each collection has followed document_changes.
CREATE TABLE followed
(
    tenant       LowCardinality(String),
    collection   String,
    followed_to  DateTime64(6, 'UTC') COMMENT 'what arrived earlier is in the collection, if it is filled',
    filled       UInt8 COMMENT '0 while what the tenant had before is still missing',
    revision     UInt64
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (tenant, collection);

-- Which documents link, or once linked, to which: where to look for what links to a document now.
CREATE TABLE document_links
(
    tenant       LowCardinality(String),
    target       String,
    source       String
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, target, source);

CREATE MATERIALIZED VIEW document_links_made TO document_links AS
SELECT tenant, arrayJoin(arrayDistinct(link_targets)) AS target, document AS source
FROM documents WHERE NOT deleted AND notEmpty(link_targets);

INSERT INTO document_links
SELECT tenant, arrayJoin(arrayDistinct(link_targets)) AS target, document AS source
FROM documents WHERE NOT deleted AND notEmpty(link_targets);

-- Documents that were ever given up for another id.
CREATE TABLE documents_given_up
(
    tenant       LowCardinality(String),
    document     String
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, document);

CREATE MATERIALIZED VIEW documents_given_up_made TO documents_given_up AS
SELECT tenant, document FROM documents WHERE renamed_to != '';

INSERT INTO documents_given_up
SELECT tenant, document FROM documents WHERE renamed_to != '';

-- The id under which a renamed document lives now; the one place where renames are followed, through chains of up to a
-- hundred. An id that is in use again, that ends in a cycle or whose chain is longer, has no row: nothing follows it.
CREATE OR REPLACE VIEW renames AS
WITH RECURSIVE
    given_up AS
    (
        SELECT tenant, document, renamed_to FROM documents FINAL
        WHERE (tenant, document) IN (SELECT tenant, document FROM documents_given_up) AND renamed_to != ''
    ),
    walked AS
    (
        SELECT tenant, document, [document, renamed_to] AS names FROM given_up
        UNION ALL
        SELECT w.tenant AS tenant, w.document AS document, arrayPushBack(w.names, g.renamed_to) AS names
        FROM walked AS w INNER JOIN given_up AS g ON g.tenant = w.tenant AND g.document = w.names[-1]
        WHERE NOT has(w.names, g.renamed_to) AND length(w.names) <= 100
    )
SELECT tenant, document, argMax(names[-1], length(names)) AS current
FROM walked
GROUP BY tenant, document
HAVING (tenant, current) NOT IN (SELECT tenant, document FROM given_up);

-- Who opened which document, and when last; the indexer adds to it what was accepted since.
CREATE TABLE document_people
(
    tenant       LowCardinality(String),
    document     String,
    user         String,
    opened_at    SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    received_at  SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, document, user);

-- Events stand in the order of their offsets, so that they were received in nearly that order too.
ALTER TABLE events ADD INDEX IF NOT EXISTS by_receipt received_at TYPE minmax;
