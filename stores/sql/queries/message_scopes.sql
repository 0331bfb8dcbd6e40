-- The scopes in which these documents, (tenant, document), are or ever were messages (see conversation_messages).
SELECT DISTINCT tenant, app, channel, thread, day
FROM message_scopes
WHERE (tenant, document) IN arrayZip({tenants:Array(String)}, {documents:Array(String)})
