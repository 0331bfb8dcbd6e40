-- How near is each signal to asking for a retrain, the nearest first?
SELECT tenant, signal, window_end, round(evidence, 1) AS evidence, round(evidence_limit, 1) AS trips_at, verdict
FROM drift_latest ORDER BY tenant, evidence / evidence_limit DESC, signal
