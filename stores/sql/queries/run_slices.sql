-- A run's held-out queries by slice: how many, and the mean score with the live model and with the candidate.
SELECT slice, count() AS queries, avg(before) AS live, avg(after) AS candidate
FROM
(
    SELECT query, any(slices) AS of, anyIf(score, system = 'live') AS before, anyIf(score, system = 'candidate') AS after
    FROM query_scores FINAL
    WHERE tenant = {tenant:String} AND run = {run:String} AND system IN ('live', 'candidate') AND
-- include: scored_try
    GROUP BY query
    HAVING uniqExact(system) = 2
)
ARRAY JOIN of AS slice
GROUP BY slice
ORDER BY slice
