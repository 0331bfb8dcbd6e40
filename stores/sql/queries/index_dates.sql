-- When the named documents were updated, of those that are shown; milliseconds since 1970.
SELECT document, toUnixTimestamp64Milli(updated_at) AS updated_ms FROM documents FINAL
WHERE tenant = {tenant:String} AND document IN {documents:Array(String)} AND NOT deleted AND kind != 'message'
