-- How often each of the tenant's documents is referred to by others that everyone may see, and by how many people it was
-- opened since then, as the index counts it (`indexer/feed/usage.py`). A link of a document that only some may see would tell
-- others of it by their scores. Links and openings of a former id count for the present one.
SELECT if(current = '', former, current) AS document, uniqExactIf(one, NOT opens AND one != document) AS references,
       uniqExactIf(one, opens) AS people
FROM
(
    SELECT arrayJoin(link_targets) AS former, document AS one, 0 AS opens
    FROM documents FINAL
    WHERE tenant = {tenant:String} AND NOT deleted AND has(acl, 'everyone')
    UNION ALL
    SELECT document AS former, user AS one, 1 AS opens
    FROM events
    WHERE tenant = {tenant:String} AND type IN ('DocumentOpened', 'CitationOpened')
      AND occurred_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    GROUP BY document, user
) AS once
-- include: present_names
WHERE former != ''
GROUP BY document
