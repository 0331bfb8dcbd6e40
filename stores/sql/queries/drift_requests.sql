-- The newest trainings that drift asked for, how each ended, and who dismissed it.
SELECT run, requested_at, reason, verdict, dismissed_by, dismissed_because
FROM drift_requests WHERE tenant = {tenant:String} ORDER BY requested_at DESC LIMIT {limit:UInt32}
