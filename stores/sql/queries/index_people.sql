-- By how many people the named documents were opened since then; a document's names are its id and former ones.
SELECT transform(document, {names:Array(String)}, {documents:Array(String)}, document) AS present, uniqExact(user) AS people
FROM
(
    SELECT document, user FROM document_people
    WHERE tenant = {tenant:String} AND document IN {names:Array(String)} AND user != ''
    GROUP BY document, user
    HAVING max(opened_at) >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
)
GROUP BY present
