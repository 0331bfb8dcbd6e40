-- For every access: the documents that the same person opened within some seconds of it, at most 100.
SELECT event_id, arraySort(near) AS nearby
FROM
(
    SELECT event_id,
           groupUniqArray(100)(document) OVER (PARTITION BY user ORDER BY toInt64(toUnixTimestamp(accessed_at))
               RANGE BETWEEN {seconds:UInt32} PRECEDING AND {seconds:UInt32} FOLLOWING) AS near
    FROM openings
    WHERE tenant = {tenant:String}
)
WHERE length(near) > 1
ORDER BY event_id
LIMIT {limit:UInt32}
