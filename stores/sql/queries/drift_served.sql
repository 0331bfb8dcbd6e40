-- Distinct searches, and different queries of people, at most `per_user` of one, by window and answering model (`external`: an engine that names none), from one instant (milliseconds) to another.
SELECT start_ms, model, sum(asked) AS searches, sum(least(different, {per_user:UInt32})) AS cases
FROM
(
    SELECT intDiv(toUnixTimestamp64Milli(occurred_at), {window_ms:Int64}) * {window_ms:Int64} AS start_ms,
           if(JSONExtractString(payload, 'model') = '', 'external', JSONExtractString(payload, 'model')) AS model,
           uniqExact(event_id) AS asked, uniqExact(lowerUTF8(trimBoth(query))) AS different
    FROM events
    WHERE topic = 'searches' AND type = 'SearchServed' AND tenant = {tenant:String}
      AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
      AND occurred_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
    GROUP BY start_ms, model, user
)
GROUP BY start_ms, model
ORDER BY start_ms, model
