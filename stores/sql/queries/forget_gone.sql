-- Of the signals that these models learned from, how many the warehouse has no more: those of forgotten people.
SELECT r.model AS model, count() AS gone
FROM
(
    SELECT snapshot, pair FROM snapshot_pairs FINAL
    WHERE tenant = {tenant:String} AND side IN ('train', 'validation')
      AND snapshot IN (SELECT snapshot FROM runs WHERE tenant = {tenant:String} AND model IN {models:Array(String)})
) AS s
INNER JOIN (SELECT model, snapshot FROM runs WHERE tenant = {tenant:String} AND model IN {models:Array(String)}) AS r
    ON s.snapshot = r.snapshot
WHERE s.pair NOT IN
(
    SELECT pair FROM pairs
    WHERE tenant = {tenant:String} AND pair IN (
        SELECT pair FROM snapshot_pairs WHERE tenant = {tenant:String} AND snapshot IN (
            SELECT snapshot FROM runs WHERE tenant = {tenant:String} AND model IN {models:Array(String)}))
)
GROUP BY model
ORDER BY model
