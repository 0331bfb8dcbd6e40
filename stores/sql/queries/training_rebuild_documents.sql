-- Every accepted version of some documents, out of the raw events.
SELECT DISTINCT document, JSONExtractUInt(payload, 'version') AS version, JSONExtractString(payload, 'title') AS title,
       JSONExtractString(payload, 'body') AS body
FROM accepted
WHERE tenant = {tenant:String} AND type = 'DocumentUpserted' AND document IN {documents:Array(String)}
ORDER BY document, version
