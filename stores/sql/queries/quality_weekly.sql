-- How a tenant's search did, week by week (from Monday, UTC):
--   searches, people   list searches and questions to an assistant, once each, and who asked
--   answered           those that showed or answered something, and of them
--   satisfied            those after which something was opened for long enough, or for an unknown time, or a citation was
--   lists              list searches that showed something; of them
--   zero_click           those after which nothing was opened; shown and opened count their results
--   own, zero_result   list searches of this installation's index, and those of them that found nothing
--   yes, no            reactions that hold, by the week in which they were given
WITH
-- include: search_outcomes,
    used AS
    (
        SELECT toDate(toStartOfWeek(at, 1)) AS week, count() AS searches, uniqExact(person) AS people, countIf(answer) AS answered, countIf(answer AND good) AS satisfied,
               countIf(list) AS lists, countIf(list AND documents_opened = 0) AS zero_click, sumIf(results_shown, list) AS shown,
               sumIf(least(documents_opened, results_shown), list) AS opened, countIf(own_list) AS own,
               countIf(own_list AND nothing) AS zero_result
        FROM by_search GROUP BY week
    ),
    opinions AS
    (
        SELECT toDate(toStartOfWeek(given_at, 1)) AS week, countIf(has({yes:Array(String)}, reaction)) AS yes,
               countIf(has({no:Array(String)}, reaction)) AS no
        FROM
        (
            SELECT interaction AS target, user, meaning AS reaction, max(occurred_at) AS given_at,
                   argMax(JSONExtractString(payload, 'change'), (occurred_at, JSONExtractString(payload, 'change'))) != 'withdrawn' AS holds
            FROM events
            WHERE topic = 'reactions' AND tenant = {tenant:String} AND meaning != '' AND occurred_at > since AND occurred_at <= until
            GROUP BY target, user, reaction
        )
        WHERE holds GROUP BY week
    )
SELECT if(u.searches > 0, u.week, t.week) AS week, u.searches AS searches, u.people AS people, u.answered AS answered,
       u.satisfied AS satisfied, u.lists AS lists, u.zero_click AS zero_click, u.shown AS shown, u.opened AS opened, u.own AS own,
       u.zero_result AS zero_result, t.yes AS yes, t.no AS no
FROM used AS u FULL OUTER JOIN opinions AS t ON t.week = u.week
ORDER BY week
