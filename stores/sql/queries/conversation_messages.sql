-- The current messages of conversations' scopes, parallel arrays: a thread, or a channel's unthreaded messages of one
-- day (UTC, days since 1970). A scope is a thread when its thread is not empty; its day is 0 then.
SELECT tenant, app, channel, thread, document, title, body, acl, toUnixTimestamp64Milli(updated_at) AS sent,
       if(thread = '', toUInt32(toDate(updated_at)), 0) AS day
FROM documents FINAL
WHERE kind = 'message' AND NOT deleted
  AND (tenant, app, channel, thread, if(thread = '', toUInt32(toDate(updated_at)), 0)) IN
      arrayZip({tenants:Array(String)}, {apps:Array(String)}, {channels:Array(String)}, {threads:Array(String)},
               {days:Array(UInt32)})
