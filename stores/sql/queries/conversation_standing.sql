-- The current conversation documents of the same scopes (see conversation_messages), those that we derived.
SELECT tenant, app, channel, thread, document, version, title, body, acl,
       if(thread = '', toUInt32(toDate(updated_at)), 0) AS day
FROM documents FINAL
WHERE kind = 'conversation' AND NOT deleted AND startsWith(document, 'conversation:')
  AND (tenant, app, channel, thread, if(thread = '', toUInt32(toDate(updated_at)), 0)) IN
      arrayZip({tenants:Array(String)}, {apps:Array(String)}, {channels:Array(String)}, {threads:Array(String)},
               {days:Array(UInt32)})
