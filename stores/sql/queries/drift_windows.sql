-- Judged windows of a tenant, newest first; an empty signal means all.
SELECT window_start, window_end, signal, value, reference, effect, p, q, threshold, n_reference, n_window, verdict, detail
FROM drift
WHERE tenant = {tenant:String} AND ({signal:String} = '' OR signal = {signal:String})
ORDER BY window_end DESC, verdict = 'tripped' DESC, signal
LIMIT {limit:UInt32}
