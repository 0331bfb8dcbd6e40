-- CTE `seen`, after `drawn`: what people were seen to be shown of the drawn searches in the window, the best ranks first.
    seen AS
    (
        SELECT search, arrayDistinct(arrayMap(s -> s.2, arraySort(groupUniqArray((rank, document))))) AS documents
        FROM
        (
            SELECT interaction AS search, arrayJoin(JSONExtractArrayRaw(payload, 'impressions')) AS impression,
                   JSONExtractString(impression, 'document') AS document,
                   if(JSONExtractUInt(impression, 'rank') = 0, 10001, JSONExtractUInt(impression, 'rank')) AS rank
            FROM events
            WHERE topic = 'impressions' AND type = 'ResultsShown' AND tenant = {tenant:String}
              AND occurred_at >= window_start AND occurred_at < window_end
              AND interaction IN (SELECT search FROM drawn)
        )
        GROUP BY search
    )
