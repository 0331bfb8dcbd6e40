-- Where each message ever was: which conversations change with it, whatever has become of it since. A scope is a thread,
-- or a channel's unthreaded messages of one day (UTC, days since 1970; 0 with a thread).
CREATE TABLE message_scopes
(
    tenant       LowCardinality(String),
    document     String,
    app          LowCardinality(String),
    channel      String,
    thread       String,
    day          UInt32
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, document, app, channel, thread, day);

CREATE MATERIALIZED VIEW message_scopes_made TO message_scopes AS
SELECT tenant, document, app, channel, thread, if(thread = '', toUInt32(toDate(updated_at)), 0) AS day
FROM documents WHERE kind = 'message';

INSERT INTO message_scopes
SELECT tenant, document, app, channel, thread, if(thread = '', toUInt32(toDate(updated_at)), 0) AS day
FROM documents WHERE kind = 'message';
