-- The held-out queries of a run that the candidate changed most: for the better (sign 1) or for the worse (sign -1), with the
-- ten documents that a search shows.
SELECT query, any(relevant) AS wanted, anyIf(score, system = 'live') AS before, anyIf(score, system = 'candidate') AS after,
       anyIf(arraySlice(retrieved, 1, 10), system = 'live') AS live,
       anyIf(arraySlice(retrieved, 1, 10), system = 'candidate') AS shadow
FROM query_scores FINAL
WHERE tenant = {tenant:String} AND run = {run:String} AND system IN ('live', 'candidate') AND
-- include: scored_try
GROUP BY query
HAVING uniqExact(system) = 2 AND {sign:Int8} * (after - before) > 0
ORDER BY {sign:Int8} * (after - before) DESC, query
LIMIT {limit:UInt32}
