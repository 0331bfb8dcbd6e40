-- Which snapshots hold these training signals, on which side and with what weight.
SELECT pair, snapshot, toString(side) AS side, weight
FROM snapshot_pairs FINAL
WHERE tenant = {tenant:String} AND pair IN {pairs:Array(String)}
ORDER BY snapshot, pair
