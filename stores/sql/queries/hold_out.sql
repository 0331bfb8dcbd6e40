-- What earlier runs of a tenant used in which role, by hashes under a key.
SELECT role, kind, item, words, snapshot FROM hold_out FINAL
WHERE tenant = {tenant:String} AND key = {key:String} AND snapshot != {but:String}
