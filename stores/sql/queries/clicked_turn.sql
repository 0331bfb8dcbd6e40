-- The next documents of a tenant behind an id that have clicks, or of which queries are said.
SELECT DISTINCT document
FROM
(
    SELECT document FROM query_clicks WHERE tenant = {tenant:String} AND document > {after:String}
    UNION ALL
    SELECT document FROM clicked_queries FINAL
    WHERE tenant = {tenant:String} AND document > {after:String} AND notEmpty(queries)
)
ORDER BY document
LIMIT {limit:UInt32}
