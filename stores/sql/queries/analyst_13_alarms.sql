-- Which windows asked for a retrain, by which signals, and which tripped without asking, and why?
SELECT tenant, window_end, groupArray(signal) AS signals, any(run) AS run, any(no_run_because) AS no_run_because
FROM drift_alarms GROUP BY tenant, window_end ORDER BY tenant, window_end
