-- How often each person got an answer, and how often it satisfied: before an instant within a period, from this installation's index
-- ({ours} 1) or from a search of another kind (0), and since then from the model {model}. On these days of the week alone (1 is
-- Monday, UTC).
WITH
-- include: search_outcomes
SELECT person, countIf(answer AND earlier) AS answered_before, countIf(answer AND good AND earlier) AS satisfied_before,
       countIf(answer AND later) AS answered_since, countIf(answer AND good AND later) AS satisfied_since
FROM
(
    SELECT *, toDateTime64({moved:String}, 3, 'UTC') AS moved, at <= moved AND ours = {ours:UInt8} AS earlier, at > moved AND model = {model:String} AS later
    FROM by_search
)
WHERE has({weekdays:Array(UInt8)}, toDayOfWeek(at))
GROUP BY person
HAVING answered_before + answered_since > 0
ORDER BY person
