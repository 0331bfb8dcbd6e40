-- What is known of the searches of another kind before an instant within a period, on these days of the week alone: people, those of
-- them whose searches say what was shown (`answered`), searches that nothing was opened after, and openings whose time is known, beside
-- those of the model {model} since; and when the newest of them was, however long ago.
WITH
-- include: search_outcomes
SELECT uniqExactIf(person, earlier) AS people, uniqExactIf(person, earlier AND answer) AS answered, countIf(earlier AND answer AND documents_opened = 0 AND NOT good) AS untouched,
       countIf(earlier AND timed) AS timed_before, countIf(later AND timed) AS timed_since,
       (SELECT max(occurred_at) FROM events WHERE topic = 'searches' AND type = 'SearchServed' AND tenant = {tenant:String}
            AND occurred_at <= toDateTime64({moved:String}, 3, 'UTC') AND JSONExtractString(payload, 'model') = '') AS newest
FROM
(
    SELECT *, toDateTime64({moved:String}, 3, 'UTC') AS moved, at <= moved AND NOT ours AS earlier, at > moved AND model = {model:String} AS later
    FROM by_search
)
WHERE has({weekdays:Array(UInt8)}, toDayOfWeek(at))
