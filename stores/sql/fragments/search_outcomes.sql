-- CTE `by_search`: every search of a tenant in a period, once, with what came of it. `answer`: it showed or answered something;
-- `good`: something was opened after it for long enough, or for an unknown time, or a citation was; `timed`: for how long is known of
-- an opening. `ours`: this installation's index answered, with `model`.
    toDateTime64({since:String}, 3, 'UTC') AS since, toDateTime64({until:String}, 3, 'UTC') AS until,
    asked AS
    (
        SELECT interaction AS search, any(user) AS person, min(occurred_at) AS at, any(payload) AS body,
               JSONExtractString(body, 'surface') = 'assistant' AS assistant, JSONLength(body, 'results') AS results,
               JSONExtractString(body, 'model') AS model
        FROM events
        WHERE topic = 'searches' AND type = 'SearchServed' AND tenant = {tenant:String} AND occurred_at > since AND occurred_at <= until
        GROUP BY search
    ),
    seen AS
    (
        SELECT interaction AS search,
               length(arrayDistinct(arrayFlatten(groupArray(JSONExtract(payload, 'impressions', 'Array(Tuple(document String))'))))) AS shown
        FROM events
        WHERE topic = 'impressions' AND type = 'ResultsShown' AND tenant = {tenant:String} AND occurred_at > since
        GROUP BY search
    ),
    openings AS
    (
        SELECT interaction AS search, uniqExact(document) AS opened, max(dwell_s < 0 OR dwell_s >= {satisfied_s:Float64}) AS satisfied,
               max(dwell_s >= 0) AS timed
        FROM events
        WHERE topic = 'clicks' AND tenant = {tenant:String} AND interaction != '' AND occurred_at > since
        GROUP BY search
    ),
    citations AS
    (
        SELECT DISTINCT interaction AS search, 1 AS cited
        FROM events WHERE topic = 'citation.clicks' AND tenant = {tenant:String} AND occurred_at > since
    ),
    by_search AS
    (
        SELECT a.at AS at, a.person AS person, a.model AS model, a.model != '' AS ours, ours AND NOT a.assistant AS own_list,
               a.results = 0 AND s.shown = 0 AS nothing, if(s.shown > 0, s.shown, a.results) AS results_shown,
               NOT a.assistant AND results_shown > 0 AS list, list OR a.assistant AS answer,
               o.opened AS documents_opened, o.satisfied OR c.cited = 1 AS good, o.timed = 1 AS timed
        FROM asked AS a
        LEFT JOIN seen AS s ON s.search = a.search
        LEFT JOIN openings AS o ON o.search = a.search
        LEFT JOIN citations AS c ON c.search = a.search
    )
