-- Models that learned from this person's pairs, and from how many on which side of the split.
SELECT r.model AS model, r.run AS run, s.snapshot AS snapshot, s.train AS train, s.validation AS validation, s.test AS test
FROM
(
    SELECT tenant, snapshot, countIf(side = 'train') AS train, countIf(side = 'validation') AS validation,
           countIf(side = 'test') AS test
    FROM snapshot_pairs FINAL
    WHERE tenant IN (SELECT tenant FROM forgetting WHERE what = 'user')
      AND pair IN
      (
          SELECT pair FROM pairs
          WHERE tenant IN (SELECT tenant FROM forgetting WHERE what = 'user')
            AND user IN (SELECT text FROM forgetting WHERE what = 'user')
      )
    GROUP BY tenant, snapshot
) AS s
INNER JOIN (SELECT tenant, run, model, snapshot FROM runs WHERE model != '') AS r
    ON s.tenant = r.tenant AND s.snapshot = r.snapshot
ORDER BY model
