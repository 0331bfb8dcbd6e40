-- How many documents a tenant's live collection shows, and how many of them another collection does not show at all.
SELECT count() AS shown, countIf(s.document = '') AS lacking
FROM
(
    SELECT document FROM applied FINAL
    WHERE tenant = {tenant:String} AND collection = {live:String} AND NOT deleted AND content_hash != ''
) AS l
LEFT JOIN
(
    SELECT document FROM applied FINAL
    WHERE tenant = {tenant:String} AND collection = {standby:String} AND NOT deleted
) AS s ON l.document = s.document
INNER JOIN
(
    SELECT document FROM documents FINAL WHERE tenant = {tenant:String} AND NOT deleted AND kind != 'message'
) AS d ON l.document = d.document
