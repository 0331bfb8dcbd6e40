-- Note the dead letters that name this person: by their key, or anywhere as a JSON string in a letter of the tenant. With
-- `strays`, letters that name no tenant at all count too.
INSERT INTO forgetting (what, topic, topic_id, partition, offset)
WITH
    (SELECT any(toString(tenant)) FROM forgetting_users) AS whose,
    (SELECT any(user) FROM forgetting_users) AS who,
    (SELECT groupArray(text) FROM forgetting WHERE what = 'spelling') AS spellings
SELECT DISTINCT 'letter', topic, topic_id, partition, offset
FROM dead_letters
WHERE key = concat(whose, '\x1f', who)
   OR (multiSearchAny(concat(value, '\n', reason), spellings)
       AND (startsWith(key, concat(whose, '\x1f')) OR match(value, concat('"tenant"\\s*:\\s*"', whose, '"'))
            OR ({strays:Bool} AND position(key, '\x1f') = 0 AND NOT match(value, '"tenant"\\s*:\\s*"[^"]'))))
