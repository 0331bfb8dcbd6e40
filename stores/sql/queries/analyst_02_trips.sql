-- When did which signal trip, how surely, and which training run did it ask for?
SELECT tenant, window_end, signal, round(effect, 2) AS effect, round(threshold, 2) AS needed, q,
       JSONExtractString(detail, 'asked') AS run, JSONExtractString(detail, 'not_asked') AS no_run_because
FROM drift WHERE verdict = 'tripped' ORDER BY window_end, signal
