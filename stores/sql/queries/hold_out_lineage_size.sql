-- How many pairs a snapshot used, whether or not they are still there.
SELECT uniqExact(pair) AS pairs FROM snapshot_pairs FINAL
WHERE tenant = {tenant:String} AND snapshot = {snapshot:String} AND side != 'unused'
