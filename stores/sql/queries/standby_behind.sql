-- How many documents a tenant's live collection shows, and how many of them another collection does not show at all: those
-- that were applied to the live one within the last seconds are `coming`. `stuck` are those that it shows at an older
-- version though the live one has had the newer for much longer.
SELECT
    count() AS shown,
    countIf(s.document = '' AND NOT l.recent) AS lacking,
    countIf(s.document = '' AND l.recent) AS coming,
    countIf(s.document != '' AND s.document_revision != l.document_revision AND l.old) AS stuck
FROM
(
    SELECT document, document_revision, applied_at > now64(3) - toIntervalSecond({coming_s:UInt32}) AS recent,
           applied_at < now64(3) - toIntervalSecond({stuck_s:UInt32}) AS old
    FROM applied FINAL
    WHERE tenant = {tenant:String} AND collection = {live:String} AND NOT deleted AND content_hash != ''
) AS l
LEFT JOIN
(
    SELECT document, document_revision FROM applied FINAL
    WHERE tenant = {tenant:String} AND collection = {standby:String} AND NOT deleted
) AS s ON l.document = s.document
INNER JOIN
(
    SELECT document FROM documents FINAL WHERE tenant = {tenant:String} AND NOT deleted AND kind != 'message'
) AS d ON l.document = d.document
