-- Documents that were shown at several ranks for one query in a period (after a cutover, a change of a document, a tie): at each rank, to
-- how many people and by how many opened. `pair` stands for query and document, `asked` for the query.
WITH
    toDateTime64({since:String}, 3, 'UTC') AS since, toDateTime64({until:String}, 3, 'UTC') AS until,
    searches AS
    (
        SELECT interaction AS search, any(user) AS person, lowerUTF8(trimBoth(any(query))) AS words, any(payload) AS body
        FROM events
        WHERE topic = 'searches' AND type = 'SearchServed' AND tenant = {tenant:String} AND occurred_at > since AND occurred_at <= until
          AND JSONExtractString(payload, 'surface') != 'assistant'
        GROUP BY search
    ),
    shown AS
    (
        SELECT search, person, words, JSONExtractString(result, 'document') AS document, JSONExtractUInt(result, 'rank') AS rank
        FROM searches
        ARRAY JOIN JSONExtractArrayRaw(body, 'results') AS result
        WHERE rank BETWEEN 1 AND {ranks:UInt32}
    ),
    opened AS
    (
        SELECT DISTINCT interaction AS search, document
        FROM events
        WHERE topic = 'clicks' AND tenant = {tenant:String} AND interaction != '' AND occurred_at > since
    ),
    swapped AS (SELECT words, document FROM shown GROUP BY words, document HAVING uniqExact(rank) > 1)
SELECT cityHash64(s.words, s.document) AS pair, cityHash64(s.words) AS asked, s.rank AS rank, uniqExact(s.person) AS people,
       uniqExactIf(s.person, o.search != '') AS openers
FROM shown AS s
LEFT JOIN opened AS o ON o.search = s.search AND o.document = s.document
WHERE (s.words, s.document) IN (SELECT words, document FROM swapped)
GROUP BY s.words, s.document, s.rank
ORDER BY pair, rank
LIMIT {most:UInt32}
