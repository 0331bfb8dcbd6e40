-- How many signals each of these snapshots read, and what those did that became examples.
SELECT snapshot, count() AS signals, countIf(side = 'train') AS taught, countIf(side = 'validation') AS chose,
       countIf(side = 'test') AS tested
FROM snapshot_pairs FINAL
WHERE tenant = {tenant:String} AND snapshot IN {snapshots:Array(String)}
GROUP BY snapshot
