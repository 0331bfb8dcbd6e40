-- Retrains that were asked for, cutovers and rollbacks of a tenant within a period. A retrain that drift asked for stands at the
-- end of the window that asked, everything else at the time when it was done. `version`: of the serving record after a move.
SELECT multiIf(type = 'TrainingRequested', 'retrain', type = 'CutoverDone', 'cutover', 'rollback') AS kind,
       coalesce(parseDateTime64BestEffortOrNull(JSONExtractString(payload, 'evidence', 1, 'window_end'), 3, 'UTC'), occurred_at) AS at,
       if(type = 'TrainingRequested', JSONExtractString(payload, 'run'), JSONExtractString(payload, 'model')) AS name,
       if(type = 'TrainingRequested', JSONExtractString(payload, 'requested_by'), JSONExtractString(payload, 'by')) AS by,
       JSONExtractString(payload, 'reason') AS reason,
       JSONExtractUInt(payload, 'serving_version') AS version
FROM learning
WHERE tenant = {tenant:String} AND type IN ('TrainingRequested', 'CutoverDone', 'RolledBack')
  AND at > toDateTime64({since:String}, 3, 'UTC') AND at <= toDateTime64({until:String}, 3, 'UTC')
ORDER BY at, kind, name
