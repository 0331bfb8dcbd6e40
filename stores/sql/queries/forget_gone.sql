-- Of the signals that these models, and those whose weights they started from, learned from: how many the warehouse has no
-- more. Those are the ones of forgotten people.
WITH RECURSIVE
    trained AS
    (
        SELECT DISTINCT JSONExtractString(payload, 'model') AS made, JSONExtractString(payload, 'parent') AS parent
        FROM learning
        WHERE type = 'ModelTrained' AND tenant = {tenant:String}
    ),
    line AS
    (
        SELECT made AS model, made AS ancestor FROM trained WHERE made IN {models:Array(String)}
        UNION ALL
        SELECT line.model AS model, trained.parent AS ancestor FROM line INNER JOIN trained ON trained.made = line.ancestor
    ),
    taught AS
    (
        SELECT line.model AS model, r.snapshot AS snapshot
        FROM line INNER JOIN (SELECT model, snapshot FROM runs WHERE tenant = {tenant:String} AND model != '') AS r
            ON r.model = line.ancestor
    )
SELECT taught.model AS model, uniqExact(s.pair) AS gone
FROM
(
    SELECT snapshot, pair FROM snapshot_pairs FINAL
    WHERE tenant = {tenant:String} AND side IN ('train', 'validation') AND snapshot IN (SELECT snapshot FROM taught)
) AS s
INNER JOIN taught ON s.snapshot = taught.snapshot
WHERE s.pair NOT IN
(
    SELECT pair FROM pairs
    WHERE tenant = {tenant:String} AND pair IN (
        SELECT pair FROM snapshot_pairs
        WHERE tenant = {tenant:String} AND snapshot IN (SELECT snapshot FROM taught))
)
GROUP BY model
ORDER BY model
