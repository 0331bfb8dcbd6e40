-- One number for what the tenant's corpus is: the newest version of every document that is shown.
SELECT count() AS documents, lower(hex(sum(cityHash64(document, version, content_hash, acl)))) AS fingerprint
FROM documents FINAL
WHERE tenant = {tenant:String} AND NOT deleted AND kind != 'message'
