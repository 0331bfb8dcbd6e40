-- The last id of a slice of at most so many rows behind an id, in the order of ids; none when there are no more.
SELECT max(document) AS until, count() AS rows
FROM
(
    SELECT document FROM documents WHERE tenant = {tenant:String} AND document > {after:String}
    ORDER BY document LIMIT {rows:UInt32}
)
