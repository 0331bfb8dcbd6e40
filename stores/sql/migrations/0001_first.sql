-- The first warehouse: events and their ledger, documents, sessions, pairs, drift, what the indexer applied.
-- Every table is a ReplacingMergeTree with a deterministic key: writing a row again changes nothing that a view shows.

-- One row per accepted event, keyed by where it stands in Kafka.
CREATE TABLE events
(
    topic        LowCardinality(String),
    topic_id     LowCardinality(String) COMMENT 'Kafka''s topic id: a topic made anew counts its offsets anew',
    partition    UInt32,
    offset       UInt64,
    event_id     String,
    tenant       LowCardinality(String),
    type         LowCardinality(String),
    user         String,
    document     String,
    interaction  String COMMENT 'search or answer id',
    query        String COMMENT 'words of the search or question',
    rank         UInt32 COMMENT 'rank at which the document was shown, from 1; 0 when it came from no search',
    dwell_s      Float64 COMMENT 'seconds open; -1 when unknown',
    occurred_at  DateTime64(3, 'UTC'),
    received_at  DateTime64(3, 'UTC'),
    payload      String CODEC(ZSTD(1)) COMMENT 'the event as it came, JSON',
    meaning      LowCardinality(String) COMMENT 'of a reaction: the name that it counts under; empty when it means nothing',
    clipped      Map(String, UInt32) COMMENT 'what was cut of the event to make it fit: how often, by field',
    INDEX by_time occurred_at TYPE minmax,
    INDEX by_event event_id TYPE bloom_filter GRANULARITY 4,
    INDEX by_user user TYPE bloom_filter GRANULARITY 4
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, topic_id, partition, offset);

-- What could not be accepted, with its original bytes.
CREATE TABLE dead_letters
(
    topic        LowCardinality(String),
    topic_id     LowCardinality(String) COMMENT 'Kafka''s topic id: a topic made anew counts its offsets anew',
    partition    UInt32,
    offset       UInt64,
    code         LowCardinality(String),
    reason       String,
    key          String,
    value        String CODEC(ZSTD(1)),
    received_at  DateTime64(3, 'UTC'),
    replayed_at  Nullable(DateTime64(3, 'UTC')),
    revision     UInt64 DEFAULT 0
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (topic, topic_id, partition, offset);

-- One row per processed batch: what was read, how often. The ledger's repeated count comes from here.
CREATE TABLE batches
(
    topic        LowCardinality(String),
    topic_id     LowCardinality(String) COMMENT 'Kafka''s topic id: a topic made anew counts its offsets anew',
    partition    UInt32,
    first_offset UInt64,
    last_offset  UInt64,
    events       UInt32,
    absent_from  Array(UInt64) COMMENT 'runs of offsets within the batch that the broker no longer has: first of each',
    absent_to    Array(UInt64) COMMENT 'last of each',
    worker       String,
    processed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, topic_id, partition, first_offset, last_offset, worker, processed_at);

-- Accesses that arrived behind the watermark; their sessions were computed again with them.
CREATE TABLE late_accesses
(
    topic        LowCardinality(String),
    topic_id     LowCardinality(String) COMMENT 'Kafka''s topic id: a topic made anew counts its offsets anew',
    partition    UInt32,
    offset       UInt64,
    tenant       LowCardinality(String),
    user         String,
    event_id     String,
    occurred_at  DateTime64(3, 'UTC'),
    watermark    DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, topic_id, partition, offset);

-- What holds of each document, by the order of its events (schemas/document_order.py): version, deletion, date, list,
-- content. A deletion is a version too. A row without a revision is ordered by its version and deletion alone.
CREATE TABLE documents
(
    tenant       LowCardinality(String),
    document     String,
    version      UInt64,
    deleted      UInt8,
    app          LowCardinality(String),
    kind         LowCardinality(String),
    title        String,
    body         String CODEC(ZSTD(1)),
    link_targets Array(String),
    link_anchors Array(String),
    acl          Array(String),
    thread       String,
    channel      String,
    author       String,
    updated_at   DateTime64(3, 'UTC'),
    content_hash String COMMENT 'of title and body: what an embedding depends on',
    event_id     String,
    received_at  DateTime64(3, 'UTC'),
    renamed_to   String COMMENT 'the id that this one was given up for; such a row is a deletion',
    revision     UInt256 DEFAULT bitOr(bitShiftLeft(toUInt256(version), 192), bitShiftLeft(toUInt256(deleted), 184))
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (tenant, document);

-- What somebody accessed within one sitting. `withdrawn` marks a session that a late access replaced.
CREATE TABLE sessions
(
    tenant       LowCardinality(String),
    user         String,
    session      String,
    started_at   DateTime64(3, 'UTC'),
    ended_at     DateTime64(3, 'UTC'),
    accesses     UInt32,
    documents    Array(String) COMMENT 'in order of access, repeats kept',
    event_ids    Array(String) COMMENT 'parallel to documents',
    withdrawn    UInt8 DEFAULT 0,
    revision     UInt64
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (tenant, user, session);

-- Training signals. Text is resolved when a snapshot is taken: the anchor is `anchor`, or the title of `anchor_document`.
CREATE TABLE pairs
(
    tenant          LowCardinality(String),
    pair            String,
    kind            LowCardinality(String),
    anchor          String,
    anchor_document String,
    document        String,
    weight          Float32,
    user            String,
    session         String,
    reaction        String COMMENT 'of a reaction: one id for all pairs of one person, target and meaning',
    source_document String COMMENT 'document-derived pairs hold while this document is at source_version',
    source_version  UInt64 COMMENT 'of the source document; for co_access the revision of the session',
    event_ids       Array(String),
    occurred_at     DateTime64(3, 'UTC'),
    withdrawn       UInt8 DEFAULT 0,
    revision        UInt64
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (tenant, kind, pair);

-- One row per tenant, signal and event-time window: what was measured, against what, how surely, and the verdict.
CREATE TABLE drift_windows
(
    tenant        LowCardinality(String),
    signal        LowCardinality(String),
    window_start  DateTime64(3, 'UTC'),
    window_end    DateTime64(3, 'UTC'),
    model         LowCardinality(String) COMMENT 'that answered most of the window''s searches; its reference is used',
    value         Float64,
    reference     Float64 COMMENT 'the same statistic between two parts of the reference period, or its mean there',
    effect        Float64 COMMENT 'standardised effect size, 0 = none',
    p             Float64 COMMENT 'p value of no change; 1 when not testable',
    q             Float64 COMMENT 'Benjamini-Hochberg adjusted over the window''s signals',
    threshold     Float64 COMMENT 'effect size that counts',
    n_reference   UInt32,
    n_window      UInt32,
    verdict       LowCardinality(String) COMMENT 'steady, suspect, tripped, or too_few',
    detail        String COMMENT 'JSON: what a person wants to see',
    revision      UInt64
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (tenant, window_end, signal);

-- What the indexer has put into which collection.
CREATE TABLE applied
(
    tenant       LowCardinality(String),
    collection   String,
    document     String,
    version      UInt64,
    deleted      UInt8,
    content_hash String,
    passages     UInt32,
    truncated    UInt8 COMMENT '1 when the end of the text was too far to be indexed',
    applied_at   DateTime64(3, 'UTC'),
    revision     UInt64 COMMENT 'orders the rows of this table',
    document_revision UInt256 COMMENT 'of the row of documents that is shown; 0 when nothing can be relied on'
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (tenant, collection, document);

-- Which pairs a training snapshot holds, on which side of the split.
CREATE TABLE snapshot_pairs
(
    tenant       LowCardinality(String),
    snapshot     String,
    pair         String,
    side         LowCardinality(String) COMMENT 'train, validation, test or unused',
    weight       Float32
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, snapshot, pair);

-- Scores of every system on every held-out query of a run.
CREATE TABLE query_scores
(
    tenant       LowCardinality(String),
    run          String,
    query        String,
    system       LowCardinality(String) COMMENT 'candidate, live, base or bm25',
    slices       Array(String),
    relevant     Array(String),
    retrieved    Array(String) COMMENT 'the first ten',
    ndcg_10      Float64,
    mrr_10       Float64,
    map_10       Float64,
    recall_10    Float64,
    precision_10 Float64
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, run, query, system);

-- Who is being forgotten at this moment, and what of theirs; empty otherwise. Statements name this table and never the
-- person, because a server keeps the text of statements.
CREATE TABLE forgetting
(
    what         LowCardinality(String) COMMENT 'user (each spelling), query or letter',
    tenant       LowCardinality(String),
    text         String,
    topic        LowCardinality(String),
    topic_id     LowCardinality(String),
    partition    UInt32,
    offset       UInt64
)
ENGINE = Memory;

-- Who is in `forgetting`. A statement that rewrites a table by this view is found by the name (`forget_unfinished`).
CREATE VIEW forgetting_users AS SELECT tenant, text AS user FROM forgetting WHERE what = 'user';

-- Views: what analysts read. FINAL makes repeated rows one.

CREATE VIEW accepted AS SELECT * FROM events FINAL;

-- What was cut of events to make them fit, a row a field: an application that sends too much is seen here.
CREATE VIEW cuts AS
SELECT tenant, toString(type) AS event, document, what, times, occurred_at, event_id, topic, topic_id, partition, offset
FROM accepted ARRAY JOIN mapKeys(clipped) AS what, mapValues(clipped) AS times;

-- What people were seen to be shown, a row a result and event; `rank` counts from 1, 0 when it is not known.
CREATE VIEW impressions AS
SELECT tenant, user, interaction AS search, JSONExtractString(impression, 'document') AS document,
       JSONExtractUInt(impression, 'rank') AS rank, occurred_at, event_id, topic, topic_id, partition, offset
FROM accepted ARRAY JOIN JSONExtractArrayRaw(payload, 'impressions') AS impression
WHERE type = 'ResultsShown';

-- Served searches. One that names no model was answered by an engine that is not ours: its model is `external`, it has no
-- serving version. `shown` are the impressions where there are any, and the answer's results where nobody sends them.
CREATE VIEW searches AS
SELECT s.tenant AS tenant, s.user AS user, s.interaction AS search, s.query AS query, s.occurred_at AS occurred_at,
       JSONExtractString(s.payload, 'surface') AS surface,
       if(JSONExtractString(s.payload, 'model') = '', 'external', JSONExtractString(s.payload, 'model')) AS model,
       JSONExtractString(s.payload, 'collection') AS collection,
       JSONExtract(s.payload, 'serving_version', 'Nullable(UInt64)') AS serving_version,
       JSONExtractFloat(s.payload, 'latency_ms') AS latency_ms,
       if(empty(i.seen),
          arrayMap(r -> JSONExtractString(r, 'document'), JSONExtractArrayRaw(s.payload, 'results')), i.seen) AS shown,
       s.event_id AS event_id, s.topic AS topic, s.topic_id AS topic_id, s.partition AS partition, s.offset AS offset
FROM (SELECT * FROM accepted WHERE type = 'SearchServed') AS s
LEFT JOIN
(
    SELECT tenant AS i_tenant, search AS i_search,
           arrayDistinct(arrayMap(p -> p.3, arraySort(groupUniqArray((rank = 0, rank, document))))) AS seen
    FROM impressions GROUP BY tenant, search
) AS i
    ON s.tenant = i.i_tenant AND s.interaction = i.i_search;

CREATE VIEW clicks AS
SELECT tenant, user, document, interaction AS search, query, rank, dwell_s, occurred_at, event_id, topic, topic_id, partition, offset
FROM accepted WHERE type = 'DocumentOpened';

CREATE VIEW citation_clicks AS
SELECT tenant, user, document, interaction AS answer, query AS question, rank AS position,
       JSONExtract(payload, 'cited', 'Array(String)') AS cited, occurred_at, event_id, topic, topic_id, partition, offset
FROM accepted WHERE type = 'CitationOpened';

CREATE VIEW reactions AS
SELECT tenant, user, interaction AS target, document, query AS question,
       JSONExtractString(payload, 'reaction') AS reaction, JSONExtractString(payload, 'change') AS change,
       meaning, occurred_at, event_id, topic, topic_id, partition, offset
FROM accepted WHERE type = 'Reacted';

-- Reactions that mean nothing to us as far as the newest of each tells, the most used first. `streams.reaction.meanings` gives
-- a name its meaning, for the reactions that come from then on.
CREATE VIEW unknown_reactions AS
SELECT tenant, reaction, count() AS times, uniqExact(user) AS people, max(occurred_at) AS newest
FROM reactions
GROUP BY tenant, reaction
HAVING argMax(meaning, (occurred_at, offset)) = ''
ORDER BY times DESC, tenant, reaction;

-- Every access of a document that counts for sessions, once, however often the same event was sent.
CREATE VIEW accesses AS
SELECT tenant, user, document, event_id, min(occurred_at) AS accessed_at FROM events
WHERE type IN ('DocumentOpened', 'CitationOpened')
GROUP BY tenant, user, document, event_id;

CREATE VIEW current_documents AS SELECT * FROM documents FINAL WHERE NOT deleted;

CREATE VIEW live_sessions AS SELECT * FROM sessions FINAL WHERE NOT withdrawn;

-- The id under which a renamed document lives now; the one place where renames are followed, through chains of up to a
-- hundred. An id that is in use again, that ends in a cycle or whose chain is longer, has no row: nothing follows it.
CREATE VIEW renames AS
WITH RECURSIVE
    given_up AS (SELECT tenant, document, renamed_to FROM documents FINAL WHERE renamed_to != ''),
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

-- Every access under the document's present id: what counts for documents. Sessions keep the ids that people opened.
CREATE VIEW openings AS
SELECT a.tenant AS tenant, a.user AS user, if(r.current = '', a.document, r.current) AS document,
       a.event_id AS event_id, a.accessed_at AS accessed_at
FROM accesses AS a
LEFT JOIN (SELECT tenant AS r_tenant, document AS r_document, current FROM renames) AS r
    ON a.tenant = r.r_tenant AND a.document = r.r_document;

-- Up to which revision the pairs of a reaction are withdrawn, whichever documents the withdrawal named.
CREATE VIEW withdrawn_reactions AS
SELECT tenant, reaction, max(revision) AS until_revision
FROM pairs WHERE kind = 'reaction' AND document = '' AND withdrawn
GROUP BY tenant, reaction;

-- The pairs that hold now. Document-derived ones hold at their document's version, co_access ones at their session's
-- revision, reactions until they are withdrawn. A reaction on a message of a thread gets the thread's conversation as
-- anchor, unless it is on the message that gives the conversation its title. Documents stand under their present ids; what
-- joins a document with its own former name is no pair.
-- Joined columns are renamed: of two equal names ClickHouse would call the pair's own one `p.document`.
CREATE VIEW live_pairs AS
SELECT p.* REPLACE (if(p.kind = 'reaction' AND p.anchor = '', c.conversation, p.anchor_document) AS anchor_document)
FROM
(
    SELECT h.* REPLACE (if(t.t_current = '', h.document, t.t_current) AS document,
                        if(f.f_current = '', h.anchor_document, f.f_current) AS anchor_document)
    FROM (SELECT * FROM pairs FINAL WHERE NOT withdrawn) AS h
    LEFT JOIN (SELECT tenant AS t_tenant, document AS t_document, current AS t_current FROM renames) AS t
        ON h.tenant = t.t_tenant AND h.document = t.t_document
    LEFT JOIN (SELECT tenant AS f_tenant, document AS f_document, current AS f_current FROM renames) AS f
        ON h.tenant = f.f_tenant AND h.anchor_document = f.f_document
) AS p
LEFT JOIN
(
    SELECT tenant AS d_tenant, document AS d_document, version AS d_version, deleted AS d_deleted FROM documents FINAL
) AS d
    ON p.tenant = d.d_tenant AND p.source_document = d.d_document
LEFT JOIN
(
    SELECT tenant AS s_tenant, session AS s_session, revision AS s_revision FROM sessions FINAL WHERE NOT withdrawn
) AS s
    ON p.tenant = s.s_tenant AND p.session = s.s_session
LEFT JOIN
(
    SELECT tenant AS w_tenant, reaction AS w_reaction, until_revision FROM withdrawn_reactions
) AS w
    ON p.tenant = w.w_tenant AND p.reaction = w.w_reaction
LEFT JOIN
(
    SELECT m.tenant AS c_tenant, m.document AS message, min(c.document) AS conversation
    FROM (SELECT * FROM documents FINAL WHERE kind = 'message' AND thread != '' AND NOT deleted) AS m
    INNER JOIN (SELECT * FROM documents FINAL WHERE kind = 'conversation' AND thread != '' AND NOT deleted) AS c
        ON m.tenant = c.tenant AND m.app = c.app AND m.channel = c.channel AND m.thread = c.thread
    WHERE NOT startsWith(trimBoth(m.body), c.title)
    GROUP BY c_tenant, message
) AS c
    ON p.tenant = c.c_tenant AND p.document = c.message
WHERE multiIf(p.kind = 'co_access', p.source_version = s.s_revision AND p.document != p.anchor_document,
              p.kind = 'reaction', p.revision > w.until_revision AND (p.anchor != '' OR c.conversation != ''),
              p.source_document != '', NOT d.d_deleted AND d.d_version = p.source_version
                                       AND (p.kind NOT IN ('anchor_text', 'linked_titles') OR p.document != p.source_document),
              1);

-- Conservation, from the rows alone: every offset that was read is accepted, dead, or was absent in the broker. A letter
-- that was dated in the future and read again later is accepted then, and counts as that.
CREATE VIEW ledger AS
WITH
    read AS
    (
        SELECT topic, topic_id, partition, min(first_offset) AS first_read, max(last_offset) AS last_read,
               sum(events) AS read_events
        FROM batches FINAL GROUP BY topic, topic_id, partition
    ),
    stored AS
    (
        SELECT topic, topic_id, partition, countIf(state = 3) AS accepted, countIf(state = 2) AS dead,
               countIf(state = 1) AS absent, count() AS known
        FROM
        (
            SELECT topic, topic_id, partition, offset, max(state) AS state
            FROM
            (
                SELECT topic, topic_id, partition, offset, 3 AS state FROM events
                UNION ALL SELECT topic, topic_id, partition, offset, 2 FROM dead_letters
                UNION ALL
                SELECT topic, topic_id, partition, arrayJoin(range(span.1, span.2 + 1)), 1
                FROM (SELECT topic, topic_id, partition, arrayJoin(arrayZip(absent_from, absent_to)) AS span FROM batches)
            )
            GROUP BY topic, topic_id, partition, offset
        )
        GROUP BY topic, topic_id, partition
    ),
    behind AS (SELECT topic, topic_id, partition, uniqExact(offset) AS late FROM late_accesses GROUP BY topic, topic_id, partition)
SELECT read.topic AS topic, read.topic_id AS topic_id, read.partition AS partition, first_read, last_read,
       last_read - first_read + 1 - absent AS expected, accepted, dead, late, absent,
       toInt64(read_events) - (accepted + dead) AS repeated,
       toInt64(last_read - first_read + 1) - toInt64(known) AS missing
FROM read
LEFT JOIN stored ON read.topic = stored.topic AND read.topic_id = stored.topic_id AND read.partition = stored.partition
LEFT JOIN behind ON read.topic = behind.topic AND read.topic_id = behind.topic_id AND read.partition = behind.partition;

CREATE VIEW drift AS SELECT * FROM drift_windows FINAL;

CREATE VIEW learning AS
SELECT tenant, type, occurred_at, payload, event_id, offset FROM accepted WHERE topic = 'learning';

-- One row per training run, newest state of it.
CREATE VIEW runs AS
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
       anyIf(JSONExtract(payload, 'reasons', 'Array(String)'), type IN ('ModelTrained', 'ModelRefused')) AS reasons
FROM learning WHERE type IN ('TrainingRequested', 'ModelTrained', 'ModelRefused')
GROUP BY tenant, run;
