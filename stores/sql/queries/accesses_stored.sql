-- How far every partition that brings accesses is stored: its last offset, and its newest event time (milliseconds).
SELECT topic, topic_id, partition, max(offset) AS last_offset, toUnixTimestamp64Milli(max(occurred_at)) AS newest
FROM events
WHERE topic IN ('clicks', 'citation.clicks')
GROUP BY topic, topic_id, partition
