-- What people were last shown for the queries that anybody clicked after, newest first: one answer of a query for a person,
-- so that nobody speaks twice.
SELECT asked AS query, arrayMap(r -> JSONExtractString(r, 'document'), arraySlice(results, 1, {shown:UInt32})) AS documents
FROM
(
    SELECT event_id, any(query) AS asked, any(user) AS person, min(occurred_at) AS asked_at,
           JSONExtractArrayRaw(any(payload), 'results') AS results
    FROM events
    WHERE topic = 'searches' AND type = 'SearchServed' AND tenant = {tenant:String}
      AND occurred_at <= {as_of:DateTime64(3)}
      AND query IN
      (
          SELECT anchor FROM pairs
          WHERE tenant = {tenant:String} AND kind IN ('search_click', 'citation_click')
      )
    GROUP BY event_id
    HAVING notEmpty(results)
    ORDER BY asked_at DESC, event_id
    LIMIT 1 BY asked, person
    LIMIT {limit:UInt32}
)
ORDER BY query, documents
