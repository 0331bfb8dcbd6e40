-- Documents that were applied to a collection since an instant, gone ones included: what a proof of then does not cover.
SELECT document FROM applied FINAL
WHERE tenant = {tenant:String} AND collection = {collection:String}
  AND applied_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
ORDER BY document
