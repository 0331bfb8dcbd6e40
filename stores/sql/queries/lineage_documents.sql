-- The documents that most training signals of a snapshot lead to.
SELECT p.document AS document, any(d.title) AS title, count() AS pairs, round(sum(s.weight), 3) AS weight
FROM (SELECT pair, weight FROM snapshot_pairs FINAL
      WHERE tenant = {tenant:String} AND snapshot = {snapshot:String} AND side = 'train') AS s
INNER ANY JOIN
(
    SELECT pair, document FROM pairs
    WHERE tenant = {tenant:String}
      AND pair IN (SELECT pair FROM snapshot_pairs WHERE tenant = {tenant:String} AND snapshot = {snapshot:String})
) AS p ON s.pair = p.pair
LEFT JOIN (SELECT document, title FROM documents FINAL WHERE tenant = {tenant:String}) AS d ON p.document = d.document
GROUP BY document
ORDER BY pairs DESC, weight DESC, document
LIMIT {limit:UInt32}
