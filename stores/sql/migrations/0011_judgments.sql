-- What people who judge say of documents, apart from anybody's searches: the newest grade of a query and document counts.
CREATE TABLE judgments
(
    tenant    LowCardinality(String),
    query     String,
    document  String,
    grade     Float64 COMMENT '0 does not help, the greatest of a query is the best that there is',
    source    String COMMENT 'the file that it came from',
    judged_by String COMMENT 'the operator who imported it',
    judged_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(judged_at)
ORDER BY (tenant, query, document);
