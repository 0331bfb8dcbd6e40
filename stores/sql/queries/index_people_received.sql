-- When the first and the last event of a span were received of those that document_people counts; 0 when there are none.
SELECT toUnixTimestamp64Milli(min(received_at)) AS first_ms, toUnixTimestamp64Milli(max(received_at)) AS last_ms
FROM events
WHERE topic IN ('clicks', 'citation.clicks') AND type IN ('DocumentOpened', 'CitationOpened') AND document != '' AND user != ''
  AND received_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND received_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
