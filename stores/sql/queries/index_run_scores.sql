-- A run's held-out queries by how much the candidate gained or lost against the live model, with the ten documents that
-- a search shows.
SELECT query, anyIf(score, system = 'candidate') AS candidate, anyIf(score, system = 'live') AS live,
       anyIf(arraySlice(retrieved, 1, 10), system = 'candidate') AS candidate_found,
       anyIf(arraySlice(retrieved, 1, 10), system = 'live') AS live_found,
       any(relevant) AS relevant
FROM query_scores FINAL
WHERE tenant = {tenant:String} AND run = {run:String} AND system IN ('candidate', 'live') AND
-- include: scored_try
GROUP BY query
HAVING count() = 2 AND candidate != live
ORDER BY candidate - live DESC, query
