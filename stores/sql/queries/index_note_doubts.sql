-- Note the documents of which a collection may hold other rows than are recorded: a process began to write them, and did not end.
INSERT INTO doubts (tenant, collection, document)
SELECT tenant, collection, document
FROM applied FINAL
WHERE tenant = {tenant:String} AND collection = {collection:String}
  AND NOT deleted AND content_hash = '' AND document_revision = 0
