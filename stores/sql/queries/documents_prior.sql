-- What is known of these documents already; they are (tenant, document).
SELECT tenant, document, app, kind, thread, channel, author, updated_at
FROM documents FINAL
WHERE (tenant, document) IN arrayZip({tenants:Array(String)}, {documents:Array(String)})
