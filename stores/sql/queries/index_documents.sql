-- The newest version of the named documents, with everything that a collection shows of them.
SELECT document, version, (deleted OR kind = 'message') AS gone, title, acl, content_hash, revision,
       substringUTF8(body, 1, {characters:UInt32}) AS body, toUnixTimestamp64Milli(updated_at) AS updated_ms
FROM documents FINAL
WHERE tenant = {tenant:String} AND document IN {documents:Array(String)}
