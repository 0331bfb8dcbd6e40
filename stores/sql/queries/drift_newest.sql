-- The newest judged window of a tenant, worst verdict first.
SELECT window_end, signal, value, reference, effect, threshold, q, verdict
FROM drift
WHERE tenant = {tenant:String}
  AND window_end = (SELECT max(window_end) FROM drift WHERE tenant = {tenant:String})
ORDER BY verdict = 'tripped' DESC, verdict = 'suspect' DESC, effect DESC
