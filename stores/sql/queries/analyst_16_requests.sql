-- What became of the trainings that drift asked for, and who dismissed one, and why?
SELECT tenant, run, requested_at, verdict, dismissed_by, dismissed_because
FROM drift_requests ORDER BY requested_at DESC, run
