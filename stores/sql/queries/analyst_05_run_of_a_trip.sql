-- What became of the trainings that drift asked for?
SELECT r.tenant AS tenant, r.run AS run, d.signals AS signals, r.requested_at AS requested_at, r.verdict AS verdict,
       round(r.ndcg_live, 3) AS ndcg_live, round(r.ndcg_candidate, 3) AS ndcg_candidate
FROM runs AS r
INNER JOIN (SELECT tenant, JSONExtractString(detail, 'asked') AS run, groupArray(signal) AS signals
            FROM drift WHERE verdict = 'tripped' GROUP BY tenant, run HAVING run != '') AS d
    ON r.tenant = d.tenant AND r.run = d.run
ORDER BY requested_at DESC
