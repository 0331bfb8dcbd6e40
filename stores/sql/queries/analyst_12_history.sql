-- How did one signal's evidence add up, and on how much does each window rest?
SELECT tenant, window_end, days, round(effect, 2) AS effect, round(score, 1) AS score, round(evidence, 1) AS evidence, cases, verdict
FROM drift_history WHERE signal = 'query_drift' ORDER BY tenant, window_end
