-- What the pairs of a snapshot were used for, as far as they are still there.
SELECT s.side AS side, p.anchor AS anchor, p.anchor_document AS anchor_document, p.document AS document
FROM (SELECT pair, side FROM snapshot_pairs FINAL
      WHERE tenant = {tenant:String} AND snapshot = {snapshot:String} AND side != 'unused') AS s
INNER JOIN
(
    SELECT pair, anchor, anchor_document, document FROM pairs FINAL
    WHERE tenant = {tenant:String}
      AND pair IN (SELECT pair FROM snapshot_pairs WHERE tenant = {tenant:String} AND snapshot = {snapshot:String})
) AS p ON s.pair = p.pair
