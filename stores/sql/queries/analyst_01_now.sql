-- What does the newest window of each tenant say, worst first?
SELECT tenant, window_end, signal, round(value, 3) AS now, round(reference, 3) AS before, round(effect, 2) AS effect, verdict
FROM drift WHERE (tenant, window_end) IN (SELECT tenant, max(window_end) FROM drift GROUP BY tenant)
ORDER BY tenant, verdict = 'tripped' DESC, verdict = 'suspect' DESC, effect DESC
