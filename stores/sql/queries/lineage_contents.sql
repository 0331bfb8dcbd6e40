-- What a snapshot holds, by kind and side; `forgotten` are signals of people who asked to be forgotten since.
SELECT if(p.pair = '', 'forgotten', toString(p.kind)) AS kind, toString(s.side) AS side, count() AS pairs,
       round(sum(s.weight), 3) AS weight
FROM (SELECT pair, side, weight FROM snapshot_pairs FINAL
      WHERE tenant = {tenant:String} AND snapshot = {snapshot:String}) AS s
LEFT ANY JOIN
(
    SELECT pair, kind FROM pairs
    WHERE tenant = {tenant:String}
      AND pair IN (SELECT pair FROM snapshot_pairs WHERE tenant = {tenant:String} AND snapshot = {snapshot:String})
) AS p ON s.pair = p.pair
GROUP BY kind, side
ORDER BY kind, side
