-- Documents of which a collection may hold other rows than are recorded: a process began to write them, and did not end.
SELECT document FROM applied FINAL
WHERE tenant = {tenant:String} AND collection = {collection:String}
  AND NOT deleted AND content_hash = '' AND document_revision = 0
ORDER BY document
