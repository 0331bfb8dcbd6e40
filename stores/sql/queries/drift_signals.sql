-- Every signal of every window of a tenant that ended within a period, in order of time: what it measured, how far that is from
-- what is expected (score), how much has added up (evidence) and where it trips (evidence_limit), and what was decided.
SELECT signal, window_start, window_end, days, model, value, reference, effect, score, evidence, evidence_limit,
       n_window AS cases, searches, verdict, asked, JSONExtractString(detail, 'not_asked') AS not_asked,
       JSONExtract(detail, 'new_words', 'Array(String)') AS new_words
FROM drift
WHERE tenant = {tenant:String}
  AND window_end > toDateTime64({since:String}, 3, 'UTC') AND window_end <= toDateTime64({until:String}, 3, 'UTC')
ORDER BY window_end, signal
