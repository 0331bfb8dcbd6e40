-- How many dead letters hold this person's id but name no tenant, so that they may be of somebody else.
WITH (SELECT groupArray(text) FROM forgetting WHERE what = 'spelling') AS spellings
SELECT uniqExact(topic, topic_id, partition, offset) AS letters
FROM dead_letters
WHERE multiSearchAny(value, spellings) AND position(key, '\x1f') = 0 AND NOT match(value, '"tenant"\\s*:\\s*"[^"]')
