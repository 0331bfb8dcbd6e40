-- How often each person got an answer, and how often it satisfied, before and since an instant within a period; on these days of the
-- week alone (1 is Monday, UTC).
WITH
-- include: search_outcomes
SELECT person, countIf(answer AND at <= moved) AS answered_before, countIf(answer AND good AND at <= moved) AS satisfied_before,
       countIf(answer AND at > moved) AS answered_since, countIf(answer AND good AND at > moved) AS satisfied_since
FROM (SELECT *, toDateTime64({moved:String}, 3, 'UTC') AS moved FROM by_search)
WHERE has({weekdays:Array(UInt8)}, toDayOfWeek(at))
GROUP BY person
HAVING answered_before + answered_since > 0
ORDER BY person
