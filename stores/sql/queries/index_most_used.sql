-- The documents that most people opened since then, under whichever id.
SELECT document, uniqExact(user) AS people FROM document_people
WHERE tenant = {tenant:String} AND opened_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
GROUP BY document
ORDER BY people DESC, document
LIMIT {limit:UInt32}
