-- Models that learned from this person's pairs, and from how many on which side of the split; `through` names the earlier
-- model whose weights they started from, when it was that one that learned.
WITH RECURSIVE
    trained AS
    (
        SELECT DISTINCT JSONExtractString(payload, 'model') AS made, JSONExtractString(payload, 'parent') AS parent
        FROM learning
        WHERE type = 'ModelTrained' AND tenant IN (SELECT tenant FROM forgetting_users)
    ),
    line AS
    (
        SELECT made AS model, made AS ancestor FROM trained
        UNION ALL
        SELECT line.model AS model, trained.parent AS ancestor FROM line INNER JOIN trained ON trained.made = line.ancestor
    )
SELECT line.model AS model, if(line.ancestor = line.model, '', line.ancestor) AS through, r.run AS run,
       s.snapshot AS snapshot, s.train AS train, s.validation AS validation, s.test AS test
FROM
(
    SELECT tenant, snapshot, countIf(side = 'train') AS train, countIf(side = 'validation') AS validation,
           countIf(side = 'test') AS test
    FROM snapshot_pairs FINAL
    WHERE tenant IN (SELECT tenant FROM forgetting_users)
      AND pair IN
      (
          SELECT pair FROM pairs
          WHERE tenant IN (SELECT tenant FROM forgetting_users) AND user IN (SELECT user FROM forgetting_users)
      )
    GROUP BY tenant, snapshot
) AS s
INNER JOIN (SELECT tenant, run, model, snapshot FROM runs WHERE model != '') AS r
    ON s.tenant = r.tenant AND s.snapshot = r.snapshot
INNER JOIN line ON line.ancestor = r.model
ORDER BY model, through
