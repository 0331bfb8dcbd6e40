-- The training runs of a tenant that were asked for within a period: what each gained, what it took, and when it went live.
--   train_s               seconds of training, over all rungs that were tried
--   documents, passages   what the rung that was chosen has to embed anew
SELECT r.run AS run, r.requested_at AS requested_at, r.requested_by AS requested_by, r.reason AS reason, r.ended_at AS ended_at,
       r.verdict AS verdict, r.model AS model, r.rung AS rung, r.ndcg_live AS ndcg_live, r.ndcg_candidate AS ndcg_candidate,
       r.low AS low, r.high AS high, r.reasons AS reasons, t.train_s AS train_s, t.documents AS documents, t.passages AS passages,
       c.live_at AS live_at
FROM (SELECT * FROM runs WHERE tenant = {tenant:String}) AS r
LEFT JOIN
(
    SELECT run, sum(seconds) AS train_s, sumIf(documents, chosen) AS documents, sumIf(passages, chosen) AS passages
    FROM rungs WHERE tenant = {tenant:String} GROUP BY run
) AS t ON t.run = r.run
LEFT JOIN
(
    SELECT JSONExtractString(payload, 'model') AS model, min(occurred_at) AS live_at
    FROM learning WHERE tenant = {tenant:String} AND type = 'CutoverDone' GROUP BY model
) AS c ON c.model = r.model
WHERE r.requested_at > toDateTime64({since:String}, 3, 'UTC') AND r.requested_at <= toDateTime64({until:String}, 3, 'UTC')
ORDER BY r.requested_at, r.run
