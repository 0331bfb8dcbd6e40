-- The oldest row of the tables whose rows go after a time.
SELECT 'embeddings' AS table, min(used_at) AS oldest, countIf(used_at < now64(3) - toIntervalDay(14)) AS over FROM embeddings
UNION ALL
SELECT 'document_changes', toDateTime64(min(arrived_at), 3), countIf(arrived_at < now64(6) - toIntervalDay(7))
FROM document_changes
