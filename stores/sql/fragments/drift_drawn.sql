-- CTE `drawn`: the searches that are looked at of a window, up to {per_user} a person and {most} in all. Whole people are
-- drawn, anew for each window, before any payload is read; an event that was sent twice counts once.
    fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AS window_start,
    fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC') AS window_end,
    drawn AS
    (
        SELECT event_id, any(interaction) AS search, any(user) AS person, any(query) AS words, min(occurred_at) AS asked_at
        FROM events
        WHERE topic = 'searches' AND type = 'SearchServed' AND tenant = {tenant:String}
          AND occurred_at >= window_start AND occurred_at < window_end
        GROUP BY event_id
        ORDER BY cityHash64(person, {from_ms:Int64}), person, asked_at, event_id
        LIMIT {per_user:UInt32} BY person
        LIMIT {most:UInt32}
    )
