-- How many documents each collection has, how many searches it answered, and when the first and the last one.
SELECT c.collection AS collection, a.documents AS documents, s.searches AS searches, s.first_at AS first_at,
       s.last_at AS last_at
FROM (SELECT arrayJoin({collections:Array(String)}) AS collection) AS c
LEFT JOIN
(
    SELECT collection, countIf(NOT deleted) AS documents FROM applied FINAL
    WHERE tenant = {tenant:String} AND collection IN {collections:Array(String)} GROUP BY collection
) AS a ON c.collection = a.collection
LEFT JOIN
(
    SELECT JSONExtractString(payload, 'collection') AS collection, uniqExact(event_id) AS searches,
           min(occurred_at) AS first_at, max(occurred_at) AS last_at
    FROM events
    WHERE topic = 'searches' AND tenant = {tenant:String} AND type = 'SearchServed'
      AND collection IN {collections:Array(String)}
    GROUP BY collection
) AS s ON c.collection = s.collection
ORDER BY collection
