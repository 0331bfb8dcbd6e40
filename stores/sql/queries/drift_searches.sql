-- A sample of a window's searches under one model (`external`: of an engine that names none), with what their people were
-- shown of the answers and did with them inside the window.
WITH
-- include: drift_drawn,
-- include: drift_seen,
    bodies AS
    (
        SELECT event_id, any(payload) AS body
        FROM events
        WHERE topic = 'searches' AND type = 'SearchServed' AND tenant = {tenant:String}
          AND occurred_at >= window_start AND occurred_at < window_end
          AND event_id IN (SELECT event_id FROM drawn)
        GROUP BY event_id
        HAVING if(JSONExtractString(body, 'model') = '', 'external', JSONExtractString(body, 'model')) = {model:String}
    ),
    openings AS
    (
        SELECT interaction AS search, groupUniqArray((document, rank, dwell_s)) AS opened
        FROM events
        WHERE topic = 'clicks' AND tenant = {tenant:String}
          AND occurred_at >= window_start AND occurred_at < window_end
          AND interaction IN (SELECT search FROM drawn)
        GROUP BY interaction
    ),
    citations AS
    (
        SELECT interaction AS search, groupUniqArray(document) AS cited
        FROM events
        WHERE topic = 'citation.clicks' AND tenant = {tenant:String}
          AND occurred_at >= window_start AND occurred_at < window_end
          AND interaction IN (SELECT search FROM drawn)
        GROUP BY interaction
    ),
    reacted AS
    (
        SELECT search, groupArrayIf(reaction, holds) AS reactions
        FROM
        (
            SELECT interaction AS search, user AS person, meaning AS reaction,
                   argMax(JSONExtractString(payload, 'change'), (occurred_at, JSONExtractString(payload, 'change')))
                       != 'withdrawn' AS holds
            FROM events
            WHERE topic = 'reactions' AND tenant = {tenant:String} AND meaning != ''
              AND occurred_at >= window_start AND occurred_at < window_end
              AND interaction IN (SELECT search FROM drawn)
            GROUP BY search, person, reaction
        )
        GROUP BY search
    )
SELECT d.person AS person, d.words AS query, toUnixTimestamp64Milli(d.asked_at) AS asked_ms,
       JSONExtractString(b.body, 'surface') = 'assistant' AS assistant,
       if(empty(seen.documents), JSONLength(b.body, 'results'), length(seen.documents)) AS shown,
       if(empty(seen.documents),
          arrayMap(r -> JSONExtractString(r, 'document'),
                   arraySlice(JSONExtractArrayRaw(b.body, 'results'), 1, {best:UInt32})),
          arraySlice(seen.documents, 1, {best:UInt32})) AS best_shown,
       arraySort(openings.opened) AS opened, arraySort(citations.cited) AS cited, arraySort(reacted.reactions) AS reactions
FROM drawn AS d
INNER JOIN bodies AS b ON b.event_id = d.event_id
LEFT JOIN seen ON seen.search = d.search
LEFT JOIN openings ON openings.search = d.search
LEFT JOIN citations ON citations.search = d.search
LEFT JOIN reacted ON reacted.search = d.search
ORDER BY asked_ms, person, d.event_id
