-- The newest distinct queries that people asked, of whichever engine, with the documents that they opened from the answers,
-- under the ids that those have now.
SELECT asked.query AS query, opened.documents AS clicked
FROM
(
    SELECT query, max(occurred_at) AS at FROM events
    WHERE tenant = {tenant:String} AND type = 'SearchServed' AND query != ''
    GROUP BY query ORDER BY at DESC, query LIMIT {limit:UInt32}
) AS asked
LEFT JOIN
(
    SELECT query, arraySort(groupUniqArray(50)(if(current = '', former, current))) AS documents
    FROM
    (
        SELECT query, document AS former FROM events
        WHERE tenant = {tenant:String} AND type = 'DocumentOpened' AND query != '' AND rank > 0
    ) AS once
-- include: present_names
    GROUP BY query
) AS opened ON asked.query = opened.query
ORDER BY asked.at DESC, query
