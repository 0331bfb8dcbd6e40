-- A document as it is now, with the list that its text came with; none for what is gone, and for single messages.
SELECT title, toString(app) AS app, substringUTF8(body, 1, {characters:UInt32}) AS body, updated_at, acl, content_hash
FROM documents FINAL
WHERE tenant = {tenant:String} AND document = {document:String} AND NOT deleted AND kind != 'message'
