-- Documents that were shown at several ranks for one query in a period (after a cutover, a change of a document, a tie): at each rank, to
-- how many people first and by how many of them opened then. `pair` stands for query and document, `asked` for the query. A search that
-- showed a document twice says nothing of it.
WITH
    toDateTime64({since:String}, 3, 'UTC') AS since, toDateTime64({until:String}, 3, 'UTC') AS until,
    searches AS
    (
        SELECT interaction AS search, any(user) AS person, cityHash64(lowerUTF8(trimBoth(any(query)))) AS asked, min(occurred_at) AS at,
               any(payload) AS body
        FROM events
        WHERE topic = 'searches' AND type = 'SearchServed' AND tenant = {tenant:String} AND occurred_at > since AND occurred_at <= until
          AND JSONExtractString(payload, 'surface') != 'assistant'
        GROUP BY search
    ),
    shown AS
    (
        SELECT search, any(person) AS person, any(asked) AS asked, any(at) AS at, cityHash64(document) AS name, any(place) AS place
        FROM
        (
            SELECT search, person, asked, at, JSONExtractString(result, 'document') AS document, JSONExtractUInt(result, 'rank') AS place
            FROM searches
            ARRAY JOIN JSONExtractArrayRaw(body, 'results') AS result
        )
        GROUP BY search, name
        HAVING count() = 1
    ),
    opened AS
    (
        SELECT DISTINCT interaction AS search, cityHash64(document) AS name
        FROM events
        WHERE topic = 'clicks' AND tenant = {tenant:String} AND interaction != '' AND occurred_at > since
    ),
    first_shown AS
    (
        SELECT s.person AS person, s.asked AS asked, s.name AS name, argMin((s.place, o.search != ''), (s.at, s.search)) AS what
        FROM shown AS s
        LEFT JOIN opened AS o ON o.search = s.search AND o.name = s.name
        GROUP BY person, asked, name
    ),
    counted AS
    (
        SELECT asked, name, what.1 AS rank, count() AS people, countIf(what.2) AS openers
        FROM first_shown
        WHERE rank BETWEEN 1 AND {ranks:UInt32}
        GROUP BY asked, name, rank
    )
SELECT pair, asked, rank, people, openers
FROM (SELECT cityHash64(asked, name) AS pair, asked, rank, people, openers, count() OVER (PARTITION BY asked, name) AS places FROM counted)
WHERE places > 1
ORDER BY pair, rank
LIMIT {most:UInt32}
