-- The last stored access of every partition that brings accesses.
SELECT topic, log, partition, max(offset) AS last_offset
FROM events
WHERE topic IN ('clicks', 'citation.clicks')
GROUP BY topic, log, partition
