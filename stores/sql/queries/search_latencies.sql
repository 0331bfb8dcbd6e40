-- What searching took within a period, in milliseconds as the search itself measured it: searches of this installation's index.
SELECT uniqExact(event_id) AS searches, quantileExact(0.5)(latency_ms) AS median_ms, quantileExact(0.95)(latency_ms) AS p95_ms
FROM
(
    SELECT event_id, any(JSONExtractFloat(payload, 'latency_ms')) AS latency_ms
    FROM events
    WHERE topic = 'searches' AND type = 'SearchServed' AND tenant = {tenant:String} AND JSONExtractString(payload, 'model') != ''
      AND occurred_at > toDateTime64({since:String}, 3, 'UTC') AND occurred_at <= toDateTime64({until:String}, 3, 'UTC')
    GROUP BY event_id
)
