-- What a reference was made of, and is left of it.
SELECT window_start, user, content
FROM drift_samples FINAL
WHERE tenant = {tenant:String} AND reference = {reference:String}
ORDER BY window_start, user
