-- What is known of a tenant's quiet windows, by signal: how many taught, what they let expect, and what would ask.
WITH newest AS (SELECT argMax(reference_id, window_end) FROM drift WHERE tenant = {tenant:String})
SELECT d.signal AS signal, any(length(JSONExtractArrayRaw(r.quiet, d.signal))) AS reference_windows,
       countIf(d.verdict = 'steady') AS quiet_windows,
       argMax(d.chance + d.expected, d.window_end) AS expected, argMax(d.spread, d.window_end) AS spread,
       argMax(sqrt(d.variance), d.window_end) AS spread_by_chance,
       argMax(d.threshold, d.window_end) AS adds_from,
       argMax(d.threshold + d.spread * d.evidence_limit / 2, d.window_end) AS asks_in_two,
       argMax(d.evidence_limit, d.window_end) AS evidence_limit, max(d.window_end) AS until
FROM drift AS d
INNER JOIN (SELECT * FROM drift_references FINAL WHERE tenant = {tenant:String}) AS r ON r.reference = d.reference_id
WHERE d.tenant = {tenant:String} AND d.reference_id = (SELECT * FROM newest)
GROUP BY d.signal ORDER BY d.signal
