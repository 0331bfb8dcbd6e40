-- Verdicts of a tenant's latest windows, newest first; `asked` is the run that the window asked for, if any.
SELECT signal, model, verdict, toUnixTimestamp64Milli(window_end) AS end_ms, JSONExtractString(detail, 'asked') AS asked
FROM drift
WHERE tenant = {tenant:String}
ORDER BY window_end DESC, signal
LIMIT {limit:UInt32}
