-- Who was satisfied by the named documents after which query, and when last, the newest of each document; a document's
-- names are its id and former ones.
SELECT transform(document, {names:Array(String)}, {documents:Array(String)}, document) AS present, query, user AS person,
       toUnixTimestamp64Milli(max(clicked_at)) AS at_ms
FROM query_clicks
WHERE tenant = {tenant:String} AND document IN {names:Array(String)} AND user != ''
GROUP BY present, query, person
ORDER BY at_ms DESC, query, person
LIMIT {most:UInt32} BY present
