-- What is known of these documents already; they are (tenant, document).
SELECT tenant, document, app, kind, thread, channel, author, toUnixTimestamp64Milli(updated_at) AS updated
FROM documents FINAL
WHERE (tenant, document) IN arrayZip({tenants:Array(String)}, {documents:Array(String)})
