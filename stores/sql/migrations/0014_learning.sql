-- The loop's own decisions, each once: an event that was sent again stands in Kafka twice, with the same id and time.
CREATE OR REPLACE VIEW learning AS
SELECT tenant, type, occurred_at, payload, event_id, offset FROM accepted
WHERE topic = 'learning' AND (topic_id, partition, offset) IN
(
    SELECT argMin((topic_id, partition, offset), offset) FROM events
    WHERE topic = 'learning' GROUP BY tenant, type, event_id, occurred_at
);
