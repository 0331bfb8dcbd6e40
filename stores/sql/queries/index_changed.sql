-- Documents that changed since an instant, gone ones included.
SELECT document FROM documents FINAL
WHERE tenant = {tenant:String} AND received_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
ORDER BY document
