-- Add who opened what to document_people, of the events that were received in this span.
INSERT INTO document_people (tenant, document, user, opened_at, received_at)
SELECT tenant, document, user, max(occurred_at), max(received_at)
FROM events
WHERE topic IN ('clicks', 'citation.clicks') AND type IN ('DocumentOpened', 'CitationOpened') AND document != '' AND user != ''
  AND received_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND received_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
GROUP BY tenant, document, user
