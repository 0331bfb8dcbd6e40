-- The windows that were judged against a reference, in order of time; `learned` is what they may teach of quiet ones.
SELECT signal, toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(window_end) AS end_ms, days, searches,
       verdict, evidence, effect - chance AS learned, variance, asked, revision
FROM drift
WHERE tenant = {tenant:String} AND reference_id = {reference:String}
ORDER BY window_end, signal
